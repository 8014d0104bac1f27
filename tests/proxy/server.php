<?php
/* Says what address it sees; port 0: the address goes to stdout once it serves. */
$chat = new Chatroom('ws://127.0.0.1:0/ws', ['trusted_proxies' => ['127.0.0.1'], 'log' => null]);
$chat->onStart(function (Chatroom $chat): void {
    echo parse_url($chat->stats()['listen'][0], PHP_URL_PORT), "\n";
});
$chat->onOpen(fn (Chatroom\Client $client) => $client->sendRaw($client->ip));
$chat->onText(fn (Chatroom\Client $client, string $text) => $client->sendRaw(strrev($text)));
$chat->onRequest(fn (Chatroom\Request $request) => $request->ip);
$chat->after(60, fn () => $chat->stop());
$chat->run();
