<?php
// From runs to tables and verdicts.
declare(strict_types=1);

function median(array $values): float
{
    sort($values);
    $n = count($values);
    return $n === 0 ? NAN : ($values[intdiv($n - 1, 2)] + $values[intdiv($n, 2)]) / 2;
}

function failed(array $runs): bool
{
    return isset($runs[0]['error']);
}

// Who else uses the machine only ever slows a run down, for seconds: the better half of a server's rounds are its own.
function better_half(array $runs): array
{
    $quality = fn (array $run) => ($run['mode'] ?? '') === 'open' ? -$run['p99_us'] : $run['deliveries_per_s'] ?? 0;
    usort($runs, fn ($a, $b) => $quality($b) <=> $quality($a));
    return array_slice($runs, 0, intdiv(count($runs) + 1, 2));
}

function median_of(array $runs, string $key): float
{
    return median(array_column(better_half($runs), $key));
}

function ratio(array $runs, string $a, string $b): ?float
{
    if (!isset($runs[$a], $runs[$b]) || failed($runs[$a]) || failed($runs[$b])) {
        return null;
    }
    return median_of($runs[$a], 'deliveries_per_s') / max(1, median_of($runs[$b], 'deliveries_per_s'));
}

// Whatever must not happen to a message.
const ERROR_KEYS = ['lost', 'dup', 'misordered', 'malformed', 'echoes', 'closed', 'skipped',
    'unacked'];

function errors(array $runs): int
{
    $sum = 0;
    foreach ($runs as $run) {
        foreach (ERROR_KEYS as $key) {
            $sum += (int) ($run[$key] ?? 0);
        }
    }
    return $sum;
}

function thousands(float $v): string
{
    return number_format($v, 0, '.', ',');
}

function millis(float $us): string
{
    return number_format($us / 1000, $us < 10000 ? 2 : 1, '.', ',');
}

function times(?float $v): string
{
    return $v === null ? '' : sprintf($v < 10 ? '%.2f' : '%.1f', $v);
}

function mega(float $bytes): string
{
    return sprintf('%.1f', $bytes / 1048576);
}

const TRAFFIC_HEAD = ['server', 'deliveries/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'ns CPU each',
    'RSS MiB', 'errors', 'to yardstick', 'ours to it', 'core busy', 'load busy'];
const IDLE_HEAD = ['server', 'bytes/client', 'RSS MiB before', 'RSS MiB', 'kernel bytes', 'CPU ms idle',
    'connects/s', 'errors'];

// The server of the row that it is about, and the one that all are measured against.
function names(array $row): array
{
    return [$row['ours'] ?? 'chatroom', $row['base'] ?? 'yardstick'];
}

function traffic_line(string $server, array $row, array $all): array
{
    $runs = $all[$server];
    [$ours, $base] = names($row);
    $is_ours = isset(OURS[$server]);
    return [
        $server, thousands(median_of($runs, 'deliveries_per_s')),
        millis(median_of($runs, 'p50_us')), millis(median_of($runs, 'p99_us')),
        millis(median_of($runs, 'p999_us')),
        thousands(median_of($runs, 'server_cpu_ns_per_delivery')), mega(median_of($runs, 'rss')),
        (string) errors($runs), times(ratio($all, $server, $base)),
        $is_ours ? '' : times(ratio($all, $ours, $server)),
        sprintf('%.0f%%', 100 * median_of($runs, 'server_cpu')),
        sprintf('%.0f%%', 100 * median_of($runs, 'load_cpu')),
    ];
}

function idle_line(string $server, array $runs): array
{
    return [
        $server, thousands(median_of($runs, 'rss_per_connection')),
        mega(median_of($runs, 'rss_before')), mega(median_of($runs, 'rss')),
        thousands(median_of($runs, 'kernel_per_connection')),
        thousands(median_of($runs, 'idle_cpu_ms')), thousands(median_of($runs, 'connects_per_s')),
        (string) errors($runs),
    ];
}

function print_table(array $head, array $lines, bool $markdown): void
{
    $widths = array_map('strlen', $head);
    foreach ($lines as $line) {
        foreach ($line as $i => $cell) {
            $widths[$i] = max($widths[$i], strlen($cell));
        }
    }
    $join = function (array $cells) use ($widths, $markdown): string {
        foreach ($cells as $i => $cell) {
            $cells[$i] = str_pad($cell, $widths[$i], ' ', $i === 0 ? STR_PAD_RIGHT : STR_PAD_LEFT);
        }
        return $markdown ? '| ' . implode(' | ', $cells) . ' |' : rtrim(implode('  ', $cells));
    };
    echo $join($head), "\n";
    if ($markdown) {
        echo '|---', str_repeat('|--:', count($head) - 1), "|\n";
    }
    foreach ($lines as $line) {
        echo $join($line), "\n";
    }
}

function print_row(array $result, bool $markdown): void
{
    ['row' => $row, 'runs' => $all] = $result;
    $idle = $row['mode'] === 'idle';
    $head = $idle ? IDLE_HEAD : TRAFFIC_HEAD;
    [, $base] = names($row);
    if (!$idle) {
        $head[8] = "to $base";
    }
    $lines = $notes = [];
    foreach ($all as $server => $runs) {
        $server = (string) $server;
        if (failed($runs)) {
            $notes[] = "$server: {$runs[0]['error']}";
        } else {
            $lines[] = $idle ? idle_line($server, $runs) : traffic_line($server, $row, $all);
        }
    }
    foreach ($all as $server => $runs) {
        if (isset($runs[0]['deliveries_per_write'])) {
            $notes[] = sprintf('%s: %.1f deliveries per write of the server', $server,
                median_of($runs, 'deliveries_per_write'));
        }
    }
    array_push($notes, ...notes_of($result));
    $busy = array_column($all[$base] ?? [], 'server_cpu');
    if ($row['mode'] === 'closed' && $busy !== [] && median($busy) < 0.9) {
        $notes[] = 'others used this machine meanwhile: trust the CPU column, not the rates';
    }
    echo "\n", $markdown ? '### ' : '', $row['title'], "\n", $markdown ? "\n" : '';
    if ($lines !== []) {
        print_table($head, $lines, $markdown);
    }
    foreach ($notes as $note) {
        echo $markdown ? "\n$note\n" : "($note)\n";
    }
}

function machine(): string
{
    $cpuinfo = (string) @file_get_contents('/proc/cpuinfo');
    preg_match('/^model name\s*: (.+)$/m', $cpuinfo, $cpu);
    return sprintf('%s, %d cores, Linux %s, PHP %s', $cpu[1] ?? php_uname('m'),
        substr_count($cpuinfo, "processor\t"), php_uname('r'), PHP_VERSION);
}

function report(array $results, array $left_out, array $options): int
{
    $status = 0;
    echo machine(), "\n";
    foreach ($results as $result) {
        print_row($result, $options['md']);
    }
    echo "\n";
    foreach ($left_out as $server => $reason) {
        echo "left out: $server ($reason)\n";
    }
    foreach ($results as $name => $result) {
        foreach ($result['runs'] as $server => $runs) {
            if (in_array($server, PEERS, true)) {
                continue;
            }
            if (failed($runs) || errors($runs) > 0) {
                echo "WRONG  $name: $server has errors, see out/bench/results.json\n";
                $status = 1;
            }
        }
        foreach (goals_of($result) as [$text, $holds]) {
            echo $holds ? 'ok     ' : 'MISSED ', "$name: $text\n";
            $status = $holds || !$options['check'] ? $status : 1;
        }
    }
    return $status;
}
