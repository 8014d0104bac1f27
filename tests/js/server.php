<?php
/* The server that the JavaScript client is tested against: server.php PORT [OPTIONS as JSON]. What it does beside
 * chatting is asked for by messages, see below; ?user=ID makes a client that user. */

$options = json_decode($argv[2] ?? '{}', true) + ['rate_limit' => null, 'presence_grace' => 0.3, 'log' => null,
    'history_size' => 1000];
$chat = new Chatroom("ws://127.0.0.1:$argv[1]/ws", $options);
$chat->setRoomOptions('seen*', ['presence' => true]);
$chat->setRoomOptions('short', ['history_size' => 5]);

$chat->onHandshake(fn (Chatroom\Request $request) => $request->query('user'));
$chat->onJoin(fn (Chatroom\Client $client, string $room) => !str_starts_with($room, 'secret'));
$chat->addFilter(function (string $text, Chatroom\Client $client) use ($chat) {
    if (!preg_match('{^/(\w+) ?(.*)$}s', $text, $order)) {
        return null;
    }
    match ($order[1]) {
        'kick' => $client->kick($order[2]),
        'close' => $chat->client(substr($order[2], 5))->close((int) $order[2], 'as you wish'),
        'into' => $chat->join($client->uid, $order[2]),
        'outof' => $chat->leave($client->uid, $order[2]),
        'all' => $chat->broadcast($order[2]),
        'reject' => throw new Chatroom\Reject('no_poetry', $order[2]),
        'drop' => null,
    };
    return false;
});
$chat->onStart(function (): void {
    fwrite(STDOUT, "ready\n");
});
$chat->run();
