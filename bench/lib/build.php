<?php
// Builds or fetches what the benchmark runs, into out/bench.
declare(strict_types=1);

// how ours is started for each, as server.php names it
const OURS = ['chatroom' => 'none', 'none' => 'none', 'pass' => 'pass',
    'replace' => 'replace', 'object' => 'object', 'wss' => 'wss', 'deflate' => 'deflate',
    'v1' => 'none', 'v1-ids' => 'none', 'in-1' => 'none', 'in-100' => 'none',
    'in-100-small' => 'none', 'at-5000' => 'none', 'at-10000' => 'none', 'at-15000' => 'none',
    'coalesce-5' => 'coalesce-5', 'coalesce-20' => 'coalesce-20'];

// by others
const PEERS = ['go', 'node', 'node-deflate', 'workerman'];

// what the load generator must speak with it
const SPEAKS = ['wss' => ['tls' => true], 'deflate' => ['deflate' => true],
    'node-deflate' => ['deflate' => true], 'v1' => ['v1' => true],
    'v1-ids' => ['v1' => true, 'ids' => true],
    'openssl' => ['tls' => true],
    'in-1' => ['v1' => true, 'rooms' => 1, 'members' => 1000],
    'in-100' => ['v1' => true, 'rooms' => 100, 'members' => 1000],
    'in-100-small' => ['v1' => true, 'rooms' => 10000, 'members' => 10]];

const C_PROGRAMS = [
    'loadgen' => [
        'loadgen.c', 'client.c', 'client_tls.c', 'inflate.c', 'prepared.c', 'ledger.c',
        'options.c', 'procinfo.c', 'v1.c', '-lssl', '-lcrypto', '-lz',
    ],
    'yardstick' => ['yardstick.c', '-lcrypto'],
    'yardstick-faults' => [
        'yardstick.c', 'yardstick_wire.c', '-DYARDSTICK_FAULTS', '-lssl', '-lcrypto', '-lz',
    ],
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

// The loop that tells what a call of a closure costs: an extension of its own.
function build_call_cost(string $root, string $out): ?string
{
    $config = getenv('PHP_CONFIG') ?: 'php-config';
    $includes = preg_split('/\s+/', trim((string) shell_exec(escapeshellarg($config) . ' --includes')));
    return attempt(['cc', '-std=gnu11', '-O2', '-fPIC', '-shared', '-DZEND_ENABLE_STATIC_TSRMLS_CACHE=1', ...$includes,
        '-o', "$out/call_cost.so", 'call_cost.c'], "$root/bench");
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

// Of this run, for the load generator alone: it asks no questions.
function make_certificate(string $out): ?string
{
    $reason = attempt(['openssl', 'req', '-x509', '-newkey', 'ec',
        '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
        '-keyout', "$out/key.pem", '-out', "$out/certificate.pem"], $out);
    if ($reason === null) {
        $key = (string) file_get_contents("$out/key.pem");
        file_put_contents("$out/certificate.pem", $key, FILE_APPEND);
        unlink("$out/key.pem");
    }
    return $reason;
}

// How to start ours; or why not.
function chatroom_command(string $root): array|string
{
    $so = getenv('CHATROOM_SO') ?: '';
    if ($so !== '') {
        return is_file($so) ? [PHP_BINARY, '-n', '-d', 'display_errors=stderr',
            '-d', "extension=$so", "$root/bench/server.php"]
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
        'the loop of calls' => build_call_cost($root, $out),
    ]);

    $ours = chatroom_command($root);
    foreach (is_array($ours) ? OURS : [] as $name => $variant) {
        $more = $variant === 'wss' ? ["$out/certificate.pem"] : [];
        $servers[$name] = [
            'command' => fn ($port) => [...$ours, (string) $port, $variant, ...$more],
            'load' => SPEAKS[$name] ?? [],
        ];
    }
    if (is_string($ours)) {
        $left_out['chatroom'] = $ours;
    }
    $reason = make_certificate($out);
    if ($reason !== null) {
        $left_out['wss'] = $reason;
        unset($servers['wss']);
    } else {
        $servers['openssl'] = [
            'command' => fn ($port) => ["$out/yardstick-faults", (string) $port, '--certificate', "$out/certificate.pem"],
            'load' => SPEAKS['openssl'],
        ];
    }
    $node = fn ($port) => ['node', "$out/node-ws/server.js", (string) $port];
    if (isset($left_out['node'])) {
        $left_out['node-deflate'] = $left_out['node'];
    }
    $peers = [
        'go' => ['command' => fn ($port) => ["$out/go-server", (string) $port]],
        'node' => ['command' => $node],
        'node-deflate' => [
            'command' => fn ($port) => [...$node($port), 'deflate'],
            'load' => SPEAKS['node-deflate'],
        ],
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
