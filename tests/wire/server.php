<?php
/* The server under test. Usage: server.php chat|echo|auth|throws|api|v1|v1-hooks [options as JSON] [the harness's own as JSON]
 * Prints its address first; "stopped" once run() has returned. */

$mode = $argv[1] ?? 'chat';
$options = json_decode($argv[2] ?? '{}', true, 16, JSON_THROW_ON_ERROR);
$extra = json_decode($argv[3] ?? '{}', true);
$chat = new Chatroom('ws://127.0.0.1:0/ws', $options);
if (isset($extra['tls'])) {
    $chat->listen('wss://127.0.0.1:0/ws', $extra['tls']);
}

$counters = ['open' => 0, 'close' => 0, 'text' => 0, 'binary' => 0, 'error' => []];
$cases = [];    // tag => what happened to the connections that carried it
$clients = [];  // tag => the open client

$chat->onStart(function (Chatroom $chat): void {
    fwrite(STDOUT, $chat->stats()['listen'][0] . "\n");
});
$chat->onOpen(function ($client, $request) use (&$counters, &$cases, &$clients): void {
    $tag = $request->header('X-Tag') ?? '';
    $client->data = $tag;
    $counters['open']++;
    if ($tag !== '') {
        $cases[$tag] ??= ['open' => 0, 'close' => [], 'text' => 0, 'ip' => $client->ip];
        $cases[$tag]['open']++;
        $clients[$tag] = $client;
    }
});
$chat->onClose(function ($client, int $code, string $reason) use (&$counters, &$cases, &$clients): void {
    $counters['close']++;
    if (($client->data ?? '') !== '') {
        $cases[$client->data]['close'][] = [$code, bin2hex($reason)];
        unset($clients[$client->data]);
    }
});
$chat->onError(function (Throwable $e) use (&$counters): void {
    $counters['error'][] = get_class($e) . ': ' . $e->getMessage();
});

if ($mode === 'echo') {
    $echo = function (string $key, bool $binary) use (&$counters, &$cases) {
        return function ($client, string $bytes) use (&$counters, &$cases, $key, $binary): void {
            $counters[$key]++;
            if (($client->data ?? '') !== '') {
                $cases[$client->data]['text']++;
            }
            $client->sendRaw($bytes, $binary);
        };
    };
    $chat->onText($echo('text', false));
    $chat->onBinary($echo('binary', true));
}
if ($mode === 'throws') {
    $chat->onError(null);
    $chat->onText(function ($client, string $text): void {
        throw new RuntimeException('thrown by onText');
    });
}
if ($mode === 'auth') {
    $chat->onHandshake(function ($request) {
        if ($request->header('X-Reject') !== null) {
            throw new Chatroom\Reject('no', hex2bin($request->header('X-Reject')));
        }
        return json_decode($request->header('X-Verdict') ?? 'null', true);
    });
}

if (str_starts_with($mode, 'v1')) {
    require __DIR__ . '/v1_server.inc';
}

$onLeave = null; // what onLeave() and onClose() do
if ($mode === 'api') {
    $chat->onHandshake(fn ($request) => $request->header('X-User'));
    $mischief = function ($client) use ($chat, &$onLeave): void {
        switch ($onLeave) {
            case 'throw':
                throw new RuntimeException('on leave');
            case 'exit':
                exit(7);
            case 'stop':
                $chat->stop();
                break;
            case 'close all':
            case 'kick all':
                foreach ($chat->clients() as $other) {
                    $onLeave === 'close all' ? $other->close(4010) : $other->kick('all');
                }
                break;
            case 'join again':
                $chat->join($client->uid, 'hk');
                break;
            case 'close room':
                $chat->closeRoom('hk');
                break;
            case 'publish':
                $chat->sendToRoom('hk', 'left');
                break;
        }
    };
    $chat->onLeave($mischief);
    $chat->onClose(function ($client) use ($mischief, &$counters): void {
        $counters['close']++;
        $mischief($client);
    });
}

/* {"do": "send"|"broadcast"|"close"|"kick"|"queued"|"forget errors"|"on leave"|"sleep", "tag": ..., ...} */
$control = function (array $order) use ($chat, &$clients, &$counters, &$onLeave): array {
    $client = $clients[$order['tag'] ?? ''] ?? null;
    $bytes = hex2bin($order['hex'] ?? '') . str_repeat('x', $order['length'] ?? 0);
    try {
        $result = match ($order['do']) {
            'send' => $client->sendRaw($bytes, $order['binary'] ?? false),
            'broadcast' => $chat->broadcast($bytes),
            'close' => $client->close($order['code'], hex2bin($order['reason'] ?? '')),
            'kick' => $client->kick(hex2bin($order['reason'] ?? '')),
            'queued' => null,
            'stats' => $chat->stats(),
            'on leave' => $onLeave = $order['what'],
            'sleep' => usleep($order['ms'] * 1000),
            'forget errors' => $counters['error'] = [],
        };
    } catch (Throwable $e) {
        return ['threw' => get_class($e), 'message' => $e->getMessage()];
    }
    return ['result' => $result, 'queued' => $client?->queuedBytes()];
};
$evaluate ??= null;
$chat->onRequest(function ($request) use ($chat, $control, $evaluate, &$counters, &$cases) {
    $json = ['Content-Type' => 'application/json'];
    switch ($request->path) {
        case '/counters':
            return [200, $json, json_encode($counters)];
        case '/stats':
            return [200, $json, json_encode($chat->stats())];
        case '/case':
            return [200, $json, json_encode($cases[$request->header('X-Case')] ?? null)];
        case '/control':
            return [200, $json, json_encode($control(json_decode($request->header('X-Do'), true)))];
        case '/eval':
            return [200, $json, json_encode($evaluate($request->body), JSON_THROW_ON_ERROR)];
        case '/body':
            return [200, $json, $request->body];
        case '/split':
            return [200, ['X-Split' => "a\r\nX-Injected: b"], 'split'];
        case '/header':
            return [200, [hex2bin($request->header('X-Name')) => hex2bin($request->header('X-Value'))], 'header'];
    }
    return null;
});

$chat->run();
fwrite(STDOUT, "stopped\n");
