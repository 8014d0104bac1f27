<?php
// Our side of the benchmark: php server.php PORT [none|pass|replace|object]
declare(strict_types=1);

$port = (int) ($argv[1] ?? 8080);
$hook = $argv[2] ?? 'none';

$room = new Chatroom("ws://127.0.0.1:$port/ws", ['rate_limit' => null]);
match ($hook) {
    'none' => null,
    'pass' => $room->addFilter(fn ($text) => null),
    // the load generator's padding is x: a replaced text keeps its digits and its length
    'replace' => $room->addFilter(fn ($text) => str_replace('x', 'y', $text)),
    'object' => $room->onMessage(function (Chatroom\Client $client, Chatroom\Message $message) {
        $message->text;
        return null;
    }),
};
$room->run();
