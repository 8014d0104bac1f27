<?php
/* The server under test. Usage: server.php chat|echo|auth [options as JSON]
 * Prints its address first; "stopped" once run() has returned. */

$mode = $argv[1] ?? 'chat';
$options = json_decode($argv[2] ?? '{}', true, 16, JSON_THROW_ON_ERROR);
$chat = new Chatroom('ws://127.0.0.1:0/ws', $options);

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
if ($mode === 'auth') {
    $chat->onHandshake(function ($request) {
        return json_decode($request->header('X-Verdict') ?? 'null', true);
    });
}

/* {"do": "send"|"broadcast"|"close"|"kick"|"queued"|"forget errors", "tag": ..., ...} */
$control = function (array $order) use ($chat, &$clients, &$counters): array {
    $client = $clients[$order['tag'] ?? ''] ?? null;
    $bytes = hex2bin($order['hex'] ?? '') . str_repeat('x', $order['length'] ?? 0);
    try {
        $result = match ($order['do']) {
            'send' => $client->sendRaw($bytes, $order['binary'] ?? false),
            'broadcast' => $chat->broadcast($bytes),
            'close' => $client->close($order['code'], hex2bin($order['reason'] ?? '')),
            'kick' => $client->kick(hex2bin($order['reason'] ?? '')),
            'queued' => null,
            'forget errors' => $counters['error'] = [],
        };
    } catch (Throwable $e) {
        return ['threw' => get_class($e), 'message' => $e->getMessage()];
    }
    return ['result' => $result, 'queued' => $client?->queuedBytes()];
};
$chat->onRequest(function ($request) use ($chat, $control, &$counters, &$cases) {
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
        case '/split':
            return [200, ['X-Split' => "a\r\nX-Injected: b"], 'split'];
    }
    return null;
});

$chat->run();
fwrite(STDOUT, "stopped\n");
