--TEST--
max_message_size, rooms_per_client, the limits of a request's head, mem_limit, drain_timeout: each counts whom it met, exactly
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('mem_limit', 0, 1048575, 1.5e6, '2M');
$chat = new Chatroom(ANY_PORT, ['log' => null, 'max_message_size' => 100, 'rooms_per_client' => 2, 'mem_limit' => 1 << 20]);
$chat->onText(fn ($client, $text) => $client->sendRaw((string) strlen($text)));
counting($chat, <<<'PHP'
show(connect()->text(str_repeat('x', 100))->read(), counters());
for ($i = 0; $i < 3; $i++) {
    show(connect()->text(str_repeat('x', 101))->read());
}
show(counters());
$line = fn (string $head) => strtok(http('GET', '/' . $head), "\r");
show($line(str_repeat('a', 9000)), strtok(http('GET', '/', ['X-A' => str_repeat('a', 9000)]), "\r"),
    strtok(http('GET', '/', array_fill_keys(array_map(fn ($i) => "X-$i", range(1, 120)), 'a')), "\r"));
show(counters());
PHP);

$chat = new Chatroom(ANY_PORT, ['log' => null, 'rooms_per_client' => 2, 'mem_limit' => 1 << 20, 'rate_limit' => null]);
counting($chat, <<<'PHP'
$ws = v1('{"type":"hello","join":["a","b"]}');
$ws->read(); // joined a, b
$ws->read();
foreach (['c', 'd', 'a'] as $room) {
    show($ws->text('{"type":"join","room":"' . $room . '"}')->read());
}
show(counters());
// 20 of them, 64 KiB each as the server keeps it, are over 1 MiB: all but 13 go at once, largest first
$halves = array_map(fn () => open_socket(), range(1, 20));
foreach ($halves as $socket) {
    write_all($socket, "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        . "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n");
    while (trim(fgets($socket)) !== '') {
    }
}
foreach ($halves as $socket) {
    write_all($socket, "\x81\xff\0\0\0\0\0\1\0\0\0\0\0\0" . str_repeat('x', 65535));
}
$closed = 0;
foreach ($halves as $i => $socket) {
    stream_set_timeout($socket, 1);
    $closed += str_ends_with(bin2hex((string) fread($socket, 4)), '03f5');
}
$counted = json_decode(counters(), true)['over_mem_limit'];
show($closed === $counted, $counted >= 5 && $counted <= 8);
PHP);

$chat = new Chatroom(ANY_PORT, ['log' => null, 'drain_timeout' => 0.2, 'close_timeout' => 60]);
clients($chat, <<<'PHP'
[$a, $b, $c] = [connect(), connect(), connect()];
$c->say('stop');
sleep(1); // nobody answers the Close
PHP, stop: false);
$chat->addFilter(fn () => $chat->stop());
$chat->run();
echo json_encode(limits_met($chat)), "\n";
?>
--EXPECT--
option "mem_limit" must be between 1048576 and 1099511627776
option "mem_limit" must be of type int, float given
option "mem_limit" must be of type int, string given
{"timeouts_drain":3}
-- clients --
100
{}
close 1009 message too big
close 1009 message too big
close 1009 message too big
{"messages_too_big":3,"protocol_errors":3}
HTTP/1.1 414 URI Too Long
HTTP/1.1 431 Request Header Fields Too Large
HTTP/1.1 431 Request Header Fields Too Large
{"refused_heads":3,"messages_too_big":3,"protocol_errors":6}
-- clients --
{"type":"error","code":"room_limit","reason":"you are in as many rooms as you may be","room":"c"}
{"type":"error","code":"room_limit","reason":"you are in as many rooms as you may be","room":"d"}
{"type":"joined","room":"a","epoch":"RANDOM","seq":0,"count":1,"recovered":false}
{"refused_rooms":2}
true
true
-- clients --
