<?php
/* A chat room with its page: php -d extension=chatroom examples/server.php [ws://HOST:PORT/PATH] */

$url = $argv[1] ?? 'ws://127.0.0.1:8080/ws';
$chat = new Chatroom($url, ['public' => __DIR__ . '/web', 'presence' => true]);

// every message passes here: return null to let it through, false to drop it, or another text
$chat->addFilter(fn (string $text, Chatroom\Client $client) => str_ireplace(':wave:', '👋', $text));

$chat->onStart(function (Chatroom $chat): void {
    $address = $chat->stats()['listen'][0];
    $page = preg_replace('~^ws://([^/]+).*~', 'http://$1/', $address);
    echo "Chat at $address. Open $page in two browser windows and say :wave:. Ctrl+C stops.\n";
});
$chat->run();
