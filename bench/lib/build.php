<?php
// Builds or fetches what the benchmark runs, into out/bench.
declare(strict_types=1);

const OURS = ['chatroom', 'none', 'pass', 'replace', 'object'];

const C_PROGRAMS = [
    'loadgen' => [
        'loadgen.c', 'client.c', 'client_tls.c', 'inflate.c', 'prepared.c', 'ledger.c',
        'options.c', 'procinfo.c', '-lssl', '-lcrypto', '-lz',
    ],
    'yardstick' => ['yardstick.c', '-lcrypto'],
    'yardstick-faults' => ['yardstick.c', '-lcrypto', '-DYARDSTICK_FAULTS'],
];

// Runs a command; null when it went well, else what it said last.
function attempt(array $command, string $dir, array $env = []): ?string
{
    $program = $command[0];
    if (trim((string) shell_exec('command -v ' . escapeshellarg($program))) === '') {
        return "$program is not installed";
    }
    $log = tempnam(sys_get_temp_dir(), 'bench');
    $files = [['file', '/dev/null', 'r'], ['file', $log, 'w'], ['file', $log, 'a']];
    $status = proc_close(proc_open($command, $files, $pipes, $dir, $env + getenv()));
    $said = trim((string) file_get_contents($log));
    unlink($log);
    if ($status === 0) {
        return null;
    }
    // the reason stands somewhere in the middle
    $lines = array_values(array_filter(array_map('trim', explode("\n", $said))));
    $reasons = preg_grep('/error|could not|cannot|not found|problem/i', $lines) ?: $lines;
    return "$program failed: " . implode(' ', array_slice($reasons, 0, 3));
}

// The C programs: without them there is nothing to run.
function prepare(string $root, string $out): void
{
    if (!is_dir($out) && !mkdir($out, 0777, true)) {
        exit(2);
    }
    foreach (C_PROGRAMS as $name => $parts) {
        $flags = ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra'];
        $failed = attempt(['cc', ...$flags, '-o', "$out/$name", ...$parts], "$root/bench");
        if ($failed !== null) {
            fwrite(STDERR, "$failed\n");
            exit(2);
        }
    }
}

function build_go(string $root, string $out): ?string
{
    // GOPATH mode, with the libraries of Debian's packages
    // golang-github-gorilla-websocket-dev and golang-github-google-uuid-dev
    $env = ['GO111MODULE' => 'off', 'GOPATH' => getenv('GOPATH') ?: '/usr/share/gocode',
        'GOCACHE' => "$out/go-cache", 'GOFLAGS' => ''];
    $command = ['go', 'build', '-o', "$out/go-server", 'server.go'];
    return attempt($command, "$root/bench/peers/go", $env);
}

function build_node(string $root, string $out): ?string
{
    @mkdir("$out/node-ws");
    copy("$root/bench/peers/node-ws/package.json", "$out/node-ws/package.json");
    copy("$root/bench/peers/node-ws/server.js", "$out/node-ws/server.js");
    if (is_dir("$out/node-ws/node_modules/ws")) {
        return null;
    }
    $command = ['npm', 'install', '--no-package-lock', '--no-audit', '--no-fund'];
    return attempt($command, "$out/node-ws");
}

function build_workerman(string $root, string $out): ?string
{
    @mkdir("$out/workerman");
    copy("$root/bench/peers/workerman/composer.json", "$out/workerman/composer.json");
    if (is_file("$out/workerman/vendor/autoload.php")) {
        return null;
    }
    return attempt(['composer', 'install', '--no-interaction', '--no-dev'], "$out/workerman");
}

// How to start ours, with a hook; or why not.
function chatroom_command(string $root): array|string
{
    $so = getenv('CHATROOM_SO') ?: '';
    if ($so !== '') {
        return is_file($so) ? [PHP_BINARY, '-n', '-d', "extension=$so", "$root/bench/server.php"]
            : 'CHATROOM_SO names no file';
    }
    return extension_loaded('chatroom') ? [PHP_BINARY, "$root/bench/server.php"]
        : 'CHATROOM_SO is not set and the extension is not installed';
}

// The servers, and why others are not there.
function build(string $root, string $out): array
{
    fwrite(STDERR, "building\n");
    prepare($root, $out);
    $servers = ['yardstick' => ['command' => fn ($port) => ["$out/yardstick", (string) $port]]];
    $left_out = array_filter([
        'go' => build_go($root, $out),
        'node' => build_node($root, $out),
        'workerman' => build_workerman($root, $out),
    ]);

    $ours = chatroom_command($root);
    foreach (OURS as $name) {
        $hook = $name === 'chatroom' ? 'none' : $name;
        if (is_array($ours)) {
            $servers[$name] = ['command' => fn ($port) => [...$ours, (string) $port, $hook]];
        }
    }
    if (is_string($ours)) {
        $left_out['chatroom'] = $ours;
    }
    $peers = [
        'go' => ['command' => fn ($port) => ["$out/go-server", (string) $port]],
        'node' => ['command' => fn ($port) => ['node', "$out/node-ws/server.js", (string) $port]],
        'workerman' => [
            'command' => fn () => [PHP_BINARY, "$root/bench/peers/workerman/server.php", 'start'],
            'env' => fn ($port) => [
                'BENCH_PORT' => (string) $port,
                'BENCH_VENDOR' => "$out/workerman/vendor",
            ],
        ],
    ];
    return [$servers + array_diff_key($peers, $left_out), $left_out];
}
