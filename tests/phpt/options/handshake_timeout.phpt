--TEST--
Option handshake_timeout: from the connection to the end of its head, however it comes; each counts once
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('handshake_timeout', 0, 0.09, -1, 3600.1, PHP_INT_MAX, NAN, INF, '5', null, []);
$chat = new Chatroom(ANY_PORT, ['log' => null, 'handshake_timeout' => 1]);
$chat->onText(fn ($client, $text) => $client->sendRaw($text));
counting($chat, <<<'PHP'
$start = microtime(true);
$silent = [open_socket(), open_socket(), open_socket()];
$begun = [open_socket(), open_socket()];
foreach ($begun as $socket) {
    write_all($socket, "GET /ws HTTP/1.1\r\nHost: loc");
}
$slow = open_socket();
write_all($slow, 'GET /ws HTTP/1.1');
$in = connect();
$kept = open_socket(); // had its answer, and has as long again for another request
write_all($kept, "GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n");
for ($i = 0; $i < 5; $i++) { // a byte now and then does not help
    usleep(150000);
    write_all($slow, ' ');
}
show(implode(',', array_map('stream_get_contents', $silent)));
foreach ([...$begun, $slow] as $socket) {
    show(strtok(stream_get_contents($socket), "\r"));
}
$took = microtime(true) - $start;
show($took > 0.95 ? 'not too early' : "after $took s");
until_counters('{"timeouts_handshake":7}');
show($in->text('still in')->read());
PHP);
?>
--EXPECT--
option "handshake_timeout" must be between 0.1 and 3600
option "handshake_timeout" must be of type int or float, string given
option "handshake_timeout" must be of type int or float, null given
option "handshake_timeout" must be of type int or float, array given
-- clients --
,,
HTTP/1.1 408 Request Timeout
HTTP/1.1 408 Request Timeout
HTTP/1.1 408 Request Timeout
not too early
{"timeouts_handshake":7}
still in
