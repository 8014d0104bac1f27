<?php
/* The server speaks first: php -d extension=chatroom examples/push.php [ws://HOST:PORT/PATH] */

$chat = new Chatroom($argv[1] ?? 'ws://127.0.0.1:8080/ws', ['public' => __DIR__ . '/web']);

// a newcomer is greeted, the others are told
$chat->onOpen(function (Chatroom\Client $client) use ($chat): void {
    $others = $chat->broadcast('Somebody came in.', except: [$client->uid]);
    $client->send($others === 0 ? 'Welcome. You are the first.' : "Welcome. Others here: $others.");
});
$chat->onClose(function (Chatroom\Client $client, int $code) use ($chat): void {
    $chat->broadcast("Somebody left ($code).");
});

// the time, to everybody, every five seconds; and once, one minute after the start
$chat->every(5, function () use ($chat): void {
    $chat->broadcast('It is ' . date('H:i:s') . ', ' . count($chat) . ' here.');
});
$chat->after(60, fn () => $chat->broadcast('We have been open for a minute.'));

$chat->onStart(function (Chatroom $chat): void {
    $address = $chat->stats()['listen'][0];
    $page = preg_replace('~^ws://([^/]+).*~', 'http://$1/', $address);
    echo "Open $page and wait: the server says the time every five seconds. Ctrl+C stops.\n";
});
$chat->run();
