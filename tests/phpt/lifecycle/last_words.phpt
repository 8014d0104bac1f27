--TEST--
What a client said before it went is heard, also when the rate limit keeps it waiting: TCP and unix sockets
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$path = sys_get_temp_dir() . '/chatroom-last-words-' . getmypid() . '.sock';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => [50, 1, 2]]);
$chat->listen("unix://$path");
$said = [];
$chat->onText(function ($client, string $text) use (&$said): void {
    $said[] = $text;
});
$chat->onClose(function ($client, int $code) use (&$said): void {
    echo implode(' ', $said), " and then $code\n";
    $said = [];
});
clients($chat, "\$path = '$path';" . <<<'PHP'
foreach (["tcp://127.0.0.1:$port", "unix://$path"] as $address) {
    $socket = stream_socket_client($address);
    $frames = '';
    for ($i = 1; $i <= 20; $i++) {
        $frames .= "\x81" . chr(0x80 | strlen($i)) . "\0\0\0\0$i";
    }
    write_all($socket, "GET /ws HTTP/1.1\r\n" . head_lines(['Host' => 'localhost', 'Upgrade' => 'websocket', 'Connection' => 'Upgrade',
        'Sec-WebSocket-Version' => '13', 'Sec-WebSocket-Key' => base64_encode(random_bytes(16))]));
    while (!in_array(fgets($socket), ["\r\n", false], true)) {
    }
    write_all($socket, $frames);
    write_all($socket, "\x81\x84\0\0\0\0last"); // read apart from the rest
    fclose($socket);
    usleep(900000); // 21 at 50 a second, but for two
}
show('both are gone');
PHP);
$chat->run();
?>
--EXPECT--
1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 last and then 1006
1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 last and then 1006
-- clients --
both are gone
