<?php
// Our side of the benchmark: php server.php PORT [none|pass|replace|object|deflate|coalesce-MS]
// or: php server.php PORT wss CERTIFICATE (with its key in the same file)
declare(strict_types=1);

$port = (int) ($argv[1] ?? 8080);
$variant = $argv[2] ?? 'none';

$options = ['rate_limit' => null];
$scheme = 'ws';
if ($variant === 'wss') {
    $scheme = 'wss';
    $options['tls'] = ['cert' => $argv[3]];
} elseif ($variant === 'deflate') {
    $options['compression'] = true;
} elseif (str_starts_with($variant, 'coalesce-')) {
    $options['coalesce'] = (int) substr($variant, 9);
    $variant = 'none';
}
$room = new Chatroom("$scheme://127.0.0.1:$port/ws", $options);
match ($variant) {
    'none', 'wss', 'deflate' => null,
    'pass' => $room->addFilter(fn ($text) => null),
    // the load generator's padding is x: a replaced text keeps its digits and its length
    'replace' => $room->addFilter(fn ($text) => str_replace('x', 'y', $text)),
    'object' => $room->onMessage(function (Chatroom\Client $client, Chatroom\Message $message) {
        $message->text;
        return null;
    }),
};
$room->run();
