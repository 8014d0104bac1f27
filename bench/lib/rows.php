<?php
// What is measured. A row is one load, run against several servers.
declare(strict_types=1);

const EVERYBODY = ['yardstick', 'chatroom', 'go', 'node', 'workerman'];
const NO_SELECT = ['workerman' => 'stream_select() ends at 1,024 sockets without ext-event'];

function fan_out(int $clients, int $senders, int $window, int $size, array $more = []): array
{
    $load = compact('clients', 'senders', 'window', 'size') + ['warmup' => 0.5, 'seconds' => 1.5];
    $title = '%s clients, %d senders, W=%d, %d bytes';
    return $more + [
        'title' => sprintf($title, number_format($clients), $senders, $window, $size),
        'mode' => 'closed', 'load' => $load, 'servers' => EVERYBODY, 'rounds' => 9,
        'goals' => ['yardstick' => 0.9], 'skip' => $clients > 1000 ? NO_SELECT : [],
    ];
}

function fixed_rate(int $rate, array $servers, array $more = []): array
{
    $load = ['clients' => 1000, 'senders' => 50, 'rate' => $rate, 'size' => 32];
    return $more + [
        'title' => sprintf('1,000 clients, %s messages/s', number_format($rate)),
        'mode' => 'open', 'load' => $load + ['warmup' => 1, 'seconds' => 5],
        'servers' => $servers, 'rounds' => 1, 'goals' => [], 'skip' => [],
    ];
}

function idle(int $clients, array $more = []): array
{
    return $more + [
        'title' => sprintf('%s idle clients', number_format($clients)),
        'mode' => 'idle', 'load' => ['clients' => $clients, 'seconds' => 5],
        'servers' => EVERYBODY, 'rounds' => 1, 'goals' => [],
        'skip' => NO_SELECT,
    ];
}

// Two of the same family in one row: which is measured against which.
function versus(string $one, string $other, array $row): array
{
    return ['servers' => [$other, $one], 'ours' => $one, 'base' => $other] + $row;
}

// What the messages of the hooks' row cost where nothing is sent to many: one sender, one receiver, so that a filter's
// call is a large part. The loop that calls the same closure is in call_cost.c.
function filter_cost(): array
{
    $row = fan_out(2, 1, 512, 32, [
        'title' => 'what a filter costs a message: 1 sender, 1 receiver, W=512, 32 bytes',
        'servers' => ['none', 'pass'], 'rounds' => 11, 'ours' => 'pass', 'base' => 'none',
        'goals' => ['filter_ns' => 150],
    ]);
    $row['load'] = ['seconds' => 1.2, 'warmup' => 0.3] + $row['load'];
    return $row;
}

function rows_of_fan_out(): array
{
    $both = ['yardstick', 'chatroom'];
    $rows = [
        'fan100' => fan_out(100, 10, 64, 32, [
            'goals' => ['yardstick' => 0.9, 'go' => 25, 'node' => 25, 'workerman' => 25],
        ]),
        'fan1000' => fan_out(1000, 50, 16, 32),
        'fan10000' => fan_out(10000, 100, 8, 32, ['servers' => $both]),
        'one' => fan_out(100, 10, 1, 32),
        '1k' => fan_out(100, 10, 64, 1024),
        '16k' => fan_out(100, 10, 64, 16384),
        'hooks' => fan_out(100, 10, 64, 32, [
            'title' => 'the price of hooks: 100 clients, 10 senders, W=64, 32 bytes',
            'servers' => ['yardstick', 'none', 'pass', 'replace', 'object'], 'rounds' => 5,
            'ours' => 'pass', 'base' => 'none', 'goals' => ['none' => 0.8, 'yardstick' => 0.75],
        ]),
        'filter' => filter_cost(),
        'wss' => versus('wss', 'chatroom', fan_out(100, 10, 64, 32, [
            'title' => 'the price of TLS: 100 clients, 10 senders, W=64, 32 bytes', 'rounds' => 5,
            'goals' => ['chatroom' => 0.5],
        ])),
        'deflate' => versus('deflate', 'node-deflate', fan_out(100, 10, 64, 1024, [
            'title' => 'permessage-deflate: 100 clients, 10 senders, W=64, 1 KiB of JSON',
            'rounds' => 3, 'goals' => ['node-deflate' => 20],
        ])),
        // where every write carries one delivery, writes are what a server can carry
        'rooms' => versus('v1', 'yardstick', fan_out(100, 10, 1, 32, [
            'title' => '10,000 rooms of 10: 1,000 clients in 100 rooms each, W=2,000;'
                . ' the yardstick: 100 clients, W=1',
            'rounds' => 2, 'goals' => ['yardstick' => 1.0],
            'loads' => ['v1' => ['clients' => 1000, 'rooms' => 10000, 'members' => 10,
                'senders' => 10000, 'window' => 2000, 'pace' => 16]],
        ])),
        'v1' => fan_out(100, 10, 64, 32, [
            'title' => 'the price of chatroom.v1, and of acks: 100 clients, 10 senders, W=64, 32 bytes',
            'servers' => ['chatroom', 'v1', 'v1-ids'], 'rounds' => 2,
            'ours' => 'v1', 'base' => 'chatroom', 'goals' => ['chatroom' => 0.6],
        ]),
        'soak' => fan_out(1000, 50, 16, 32, [
            'title' => '1,000 clients, 50 senders, W=16, a minute',
            'servers' => ['chatroom'], 'rounds' => 1, 'goals' => [],
        ]),
    ];
    $rows['deflate']['load']['json'] = true;
    $rows['rooms']['load'] = ['seconds' => 2] + $rows['rooms']['load'];
    $rows['soak']['load']['seconds'] = 60;
    return $rows;
}

function rows_of_rates(): array
{
    $both = ['yardstick', 'chatroom'];
    $rows = [
        'rate100' => fixed_rate(100, EVERYBODY),
        'rate400' => fixed_rate(400, $both),
        'rate2000' => fixed_rate(2000, $both),
        // four million deliveries: far more than the system calls a core can make in a second
        'rate4000' => fixed_rate(4000, $both, [
            'rounds' => 5, 'goals' => ['p99' => 1.2, 'deliveries' => 3_990_000],
        ]),
        // one stall of 0.3 s is the p99 of half a minute: nothing to compare servers by
        'sustained' => fixed_rate(4000, ['chatroom'], [
            'title' => '1,000 clients, 4,000 messages/s, half a minute', 'goals' => ['deliveries' => 3_990_000],
        ]),
        'coalesce' => fixed_rate(400, ['none', 'coalesce-5', 'coalesce-20'], [
            'title' => 'the option coalesce, in ms: 1,000 clients, 400 messages/s',
            'ours' => 'coalesce-5', 'base' => 'none',
        ]),
    ];
    $rows['sustained']['load']['seconds'] = 30;
    return $rows;
}

function rows_of_idlers(): array
{
    $rows = [
        'idle' => idle(10000, ['goals' => ['bytes' => 450, 'cpu_ms' => 10]]),
        'linear' => idle(15000, [
            'title' => '5,000, 10,000 and 15,000 idle clients', 'servers' => ['at-5000', 'at-10000', 'at-15000'],
            'ours' => 'at-15000', 'goals' => ['slope' => 450],
            'loads' => ['at-5000' => ['clients' => 5000], 'at-10000' => ['clients' => 10000]],
        ]),
        'idle-wss' => idle(2000, [
            'title' => '2,000 idle clients over TLS', 'servers' => ['openssl', 'wss'],
            'ours' => 'wss', 'base' => 'openssl', 'goals' => ['beside' => 700],
        ]),
        'idle-deflate' => idle(2000, [
            'title' => '2,000 idle clients that compress, and have said something',
            'servers' => ['deflate'], 'ours' => 'deflate',
        ]),
        'memberships' => idle(1000, [
            'title' => '1,000 idle clients in 1 room, in 100 rooms of 1,000, in 100 of 10,000 rooms of 10',
            'servers' => ['in-1', 'in-100', 'in-100-small'], 'ours' => 'in-100',
            'goals' => ['membership' => 64],
        ]),
    ];
    $rows['linear']['load'] = ['seconds' => 1] + $rows['linear']['load'];
    $rows['idle-wss']['load'] = ['seconds' => 2] + $rows['idle-wss']['load'];
    $rows['idle-deflate']['load'] = ['seconds' => 2, 'greet' => true, 'json' => true, 'size' => 256]
        + $rows['idle-deflate']['load'];
    // few at once: what is needed while somebody joins is not the question
    $rows['memberships']['load'] = ['seconds' => 0.5, 'pace' => 8] + $rows['memberships']['load'];
    return $rows;
}

// What `./dev bench` leaves out: for whoever names it.
const BY_NAME_ONLY = ['soak'];

// goals: see goals.php. loads: what is different for one server
function rows(): array
{
    return rows_of_fan_out() + rows_of_rates() + rows_of_idlers();
}

/** @return list<string> */
function default_rows(): array
{
    return array_keys(array_diff_key(rows(), array_flip(BY_NAME_ONLY)));
}

function quick(array $row): array
{
    $row['load']['seconds'] = $row['load']['seconds'] > 10 ? 10 : 1.5;
    if (isset($row['load']['warmup'])) {
        $row['load']['warmup'] = 0.5;
    }
    $row['rounds'] = min($row['rounds'], 2);
    foreach ($row['loads'] ?? [] as $server => $load) {
        unset($row['loads'][$server]['seconds']);
    }
    return $row;
}
