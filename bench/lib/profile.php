<?php
// Where a server's CPU time goes under full load: perf looks at it while the load generator runs.
declare(strict_types=1);

// What is shown of the kernel's side, and the share of the time that the send path must have at least.
const SEND_PATH = 'tcp_sendmsg';
const SEND_PATH_AT_LEAST = 85;

/** @return list<array{float, string}> per cent of all samples and the name, the largest first */
function perf_shares(string $file, array $options): array
{
    $command = ['perf', 'report', '-i', $file, '--stdio', '-g', 'none', ...$options];
    exec(implode(' ', array_map(escapeshellarg(...), $command)) . ' 2>/dev/null', $lines);
    $shares = [];
    foreach ($lines as $line) {
        if (preg_match('/^\s+([\d.]+)%(?:\s+[\d.]+%)?\s+(?:\[.\]\s+)?(\S+)/', $line, $match)) {
            $shares[] = [(float) $match[1], $match[2]];
        }
    }
    return $shares;
}

function profile(array $servers, array $options, string $out): int
{
    if (trim((string) shell_exec('command -v perf')) === '') {
        fwrite(STDERR, "bench/run --profile needs perf: Debian's package linux-perf\n");
        return 2;
    }
    $row = rows()['fan100'];
    $row['load']['seconds'] = 6;
    $server = $servers['chatroom'];
    // perf sees the server from the inside of its own start: it is its child, on its core
    $server['command'] = fn ($port) => ['perf', 'record', '-q', '-g', '-F', '2000', '-o', "$out/profile.data",
        '--', ...($servers['chatroom']['command'])($port)];
    $run = run_once($server, $row, $out, $options['cores']);
    if (isset($run['error'])) {
        fwrite(STDERR, "{$run['error']}\n");
        return 1;
    }
    $where = perf_shares("$out/profile.data", ['--no-children', '--sort', 'dso']);
    $whole = perf_shares("$out/profile.data", ['--children', '--sort', 'symbol']);
    $own = perf_shares("$out/profile.data", ['--no-children', '--sort', 'symbol', '--dsos', basename(getenv('CHATROOM_SO') ?: 'chatroom.so')]);
    $share = array_column(array_map(array_reverse(...), $whole), 1, 0)[SEND_PATH] ?? 0.0;

    echo machine(), "\n", $row['title'], ': ', thousands($run['deliveries_per_s']), " deliveries/s under perf\n\n";
    foreach (array_slice($where, 0, 5) as [$percent, $name]) {
        printf("%6.2f %%  %s\n", $percent, $name);
    }
    echo "\nof chatroom.so\n";
    foreach (array_slice($own, 0, 8) as [$percent, $name]) {
        printf("%6.2f %%  %s\n", $percent, $name);
    }
    $holds = $share >= SEND_PATH_AT_LEAST;
    printf("\n%s the kernel's send path, %s() and what it calls: %.1f %% of all CPU time, at least %d\n",
        $holds ? 'ok    ' : 'MISSED', SEND_PATH, $share, SEND_PATH_AT_LEAST);
    return $holds ? 0 : 1;
}
