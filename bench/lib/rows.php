<?php
// What is measured. A row is one load, run against several servers.
declare(strict_types=1);

const EVERYBODY = ['yardstick', 'chatroom', 'go', 'node', 'workerman'];
const NO_SELECT = ['workerman' => 'stream_select() ends at 1,024 sockets without ext-event'];

function fan_out(int $clients, int $senders, int $window, int $size, array $more = []): array
{
    $load = compact('clients', 'senders', 'window', 'size') + ['warmup' => 1.5, 'seconds' => 5];
    $title = '%s clients, %d senders, W=%d, %d bytes';
    return $more + [
        'title' => sprintf($title, number_format($clients), $senders, $window, $size),
        'mode' => 'closed', 'load' => $load, 'servers' => EVERYBODY, 'rounds' => 3,
        'default' => false, 'goals' => [], 'skip' => $clients > 1000 ? NO_SELECT : [],
    ];
}

function fixed_rate(int $rate, array $servers, array $more = []): array
{
    $load = ['clients' => 1000, 'senders' => 50, 'rate' => $rate, 'size' => 32];
    return $more + [
        'title' => sprintf('1,000 clients, %s messages/s', number_format($rate)),
        'mode' => 'open', 'load' => $load + ['warmup' => 1.5, 'seconds' => 5],
        'servers' => $servers, 'rounds' => 1, 'default' => false, 'goals' => [], 'skip' => [],
    ];
}

function idle(int $clients, array $more = []): array
{
    return $more + [
        'title' => sprintf('%s idle clients', number_format($clients)),
        'mode' => 'idle', 'load' => ['clients' => $clients, 'seconds' => 5],
        'servers' => EVERYBODY, 'rounds' => 1, 'default' => false, 'goals' => [],
        'skip' => NO_SELECT,
    ];
}

// Two of the same family in one row: which is measured against which.
function versus(string $one, string $other, array $row): array
{
    $row['load'] = ['seconds' => 3, 'warmup' => 0.7] + $row['load'];
    return ['servers' => [$other, $one], 'ours' => $one, 'base' => $other] + $row;
}

// goals: ours to a server of the row, the kind of ours that the row is about; bytes per client, or
// per client and room. loads: what is different for one server
function rows(): array
{
    $soak = fan_out(1000, 50, 16, 32, [
        'title' => '1,000 clients, 50 senders, W=16, 60 s', 'default' => true,
        'servers' => ['chatroom'], 'rounds' => 1,
    ]);
    $soak['load']['seconds'] = 60;
    $hooks = fan_out(100, 10, 64, 32, [
        'title' => 'the price of hooks: 100 clients, 10 senders, W=64, 32 bytes',
        'default' => true, 'servers' => ['none', 'pass', 'replace', 'object'],
        'rounds' => 5, 'ours' => 'pass', 'base' => 'none', 'goals' => ['none' => 0.8],
    ]);
    $hooks['load'] = ['seconds' => 2.5, 'warmup' => 0.5] + $hooks['load'];
    $deflate = versus('deflate', 'node-deflate', fan_out(100, 10, 64, 1024, [
        'title' => 'permessage-deflate: 100 clients, 10 senders, W=64, 1 KiB of JSON',
        'default' => true, 'goals' => ['node-deflate' => 20],
    ]));
    $deflate['load']['json'] = true;
    $idle_deflate = idle(2000, [
        'title' => '2,000 idle clients that compress, and have said something',
        'default' => true, 'servers' => ['deflate'], 'ours' => 'deflate',
    ]);
    $idle_deflate['load'] = ['seconds' => 2, 'greet' => true, 'json' => true, 'size' => 256]
        + $idle_deflate['load'];
    // where every write carries one delivery, writes are what a server can carry
    $rooms = versus('v1', 'yardstick', fan_out(100, 10, 1, 32, [
        'title' => '10,000 rooms of 10: 1,000 clients in 100 rooms each, W=2,000;'
            . ' the yardstick: 100 clients, W=1',
        'default' => true, 'rounds' => 2, 'goals' => ['yardstick' => 1.0],
        'loads' => ['v1' => ['clients' => 1000, 'rooms' => 10000, 'members' => 10,
            'senders' => 10000, 'window' => 2000, 'pace' => 16]],
    ]));
    $rooms['load'] = ['seconds' => 2] + $rooms['load'];
    $v1 = fan_out(100, 10, 64, 32, [
        'title' => 'the price of chatroom.v1, and of acks: 100 clients, 10 senders, W=64, 32 bytes',
        'default' => true, 'servers' => ['chatroom', 'v1', 'v1-ids'], 'rounds' => 2,
        'ours' => 'v1', 'base' => 'chatroom', 'goals' => ['chatroom' => 0.6],
    ]);
    $v1['load'] = ['seconds' => 1.5, 'warmup' => 0.4] + $v1['load'];
    $memberships = idle(1000, [
        'title' => '1,000 idle clients in 1 room, in 100 rooms of 1,000, in 100 of 10,000 rooms of 10',
        'default' => true, 'servers' => ['in-1', 'in-100', 'in-100-small'], 'ours' => 'in-100',
        'goals' => ['membership' => 64],
    ]);
    // few at once: what is needed while somebody joins is not the question
    $memberships['load'] = ['seconds' => 0.5, 'pace' => 8] + $memberships['load'];
    $both = ['yardstick', 'chatroom'];
    return [
        'fan100' => fan_out(100, 10, 64, 32, [
            'default' => true, 'goals' => ['yardstick' => 0.7, 'go' => 15, 'node' => 15],
        ]),
        'fan1000' => fan_out(1000, 50, 16, 32, [
            'default' => true, 'goals' => ['yardstick' => 0.7],
        ]),
        'hooks' => $hooks,
        'wss' => versus('wss', 'chatroom', fan_out(100, 10, 64, 32, [
            'title' => 'the price of TLS: 100 clients, 10 senders, W=64, 32 bytes',
            'default' => true, 'goals' => ['chatroom' => 0.5],
        ])),
        'deflate' => $deflate,
        'rooms' => $rooms,
        'v1' => $v1,
        'memberships' => $memberships,
        'idle' => idle(10000, ['default' => true, 'goals' => ['bytes' => 700, 'cpu_ms' => 10]]),
        'idle-wss' => idle(2000, [
            'title' => '2,000 idle clients over TLS', 'default' => true, 'servers' => ['wss'],
            'load' => ['clients' => 2000, 'seconds' => 2], 'ours' => 'wss',
            'goals' => ['bytes' => 20000],
        ]),
        'idle-deflate' => $idle_deflate,
        'soak' => $soak,
        'fan10000' => fan_out(10000, 100, 8, 32, ['servers' => $both]),
        'one' => fan_out(100, 10, 1, 32),
        '1k' => fan_out(100, 10, 64, 1024),
        '16k' => fan_out(100, 10, 64, 16384),
        'rate100' => fixed_rate(100, EVERYBODY),
        'rate400' => fixed_rate(400, $both),
        'rate2000' => fixed_rate(2000, $both),
        'rate4000' => fixed_rate(4000, $both),
        'idle5000' => idle(5000, ['servers' => $both]),
        'idle15000' => idle(15000, ['servers' => $both]),
    ];
}

function quick(array $row): array
{
    $row['load']['seconds'] = $row['load']['seconds'] > 10 ? 10 : 1.5;
    if (isset($row['load']['warmup'])) {
        $row['load']['warmup'] = 0.5;
    }
    $row['rounds'] = min($row['rounds'], 2);
    return $row;
}
