<?php
/* A plain WebSocket server, without the chat: every frame goes back to its sender as it came.
 *
 *   php -d extension=chatroom examples/echo.php [ws://HOST:PORT/PATH] [option=value ...]
 *
 * Options are the constructor's, their values JSON: max_message_size=16777216 rate_limit=null 'origins=["*"]' */

$arguments = array_slice($argv, 1);
$url = str_contains($arguments[0] ?? '', '://') ? array_shift($arguments) : 'ws://127.0.0.1:8080/ws';
$options = [];
foreach ($arguments as $argument) {
    [$name, $value] = explode('=', $argument, 2) + [1 => 'null'];
    $options[$name] = json_decode($value, true) ?? ($value === 'null' ? null : $value);
}

$chat = new Chatroom($url, $options);
$chat->onText(fn (Chatroom\Client $client, string $text) => $client->sendRaw($text));
$chat->onBinary(fn (Chatroom\Client $client, string $bytes) => $client->sendRaw($bytes, binary: true));

$chat->onStart(function (Chatroom $chat): void {
    $address = $chat->stats()['listen'][0];
    echo "Echo at $address. In a browser's console on a page of the same host:\n";
    echo "  ws = new WebSocket('$address'); ws.onmessage = e => console.log(e.data); ws.onopen = () => ws.send('hello')\n";
});
$chat->run();
