--TEST--
Option message_timeout: from a message's first byte to its last; each that is late closes with 1008 and counts once
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('message_timeout', 0, 0.09, -1, 3601, PHP_INT_MIN, NAN, -INF, '5', null, []);
$chat = new Chatroom(ANY_PORT, ['log' => null, 'message_timeout' => 1]);
$chat->onText(fn ($client, $text) => $client->sendRaw(strlen($text) . ' bytes'));
counting($chat, <<<'PHP'
$start = microtime(true);
$fragment = connect()->frame(1, 'x', false);
$half = connect();
write_all((fn () => $this->socket)->call($half), "\x81\xfe\xff\xffmaskand then nothing");
$slow = connect()->frame(1, 'x', false);
$quick = connect()->frame(1, 'x', false);
$silent = connect(); // says nothing at all, which is its right
for ($i = 0; $i < 5; $i++) {
    usleep(100000);
    $slow->frame(0, 'x', false); // a fragment now and then does not help
}
show($quick->frame(0, 'in time')->read());
usleep(700000); // and the next message has its own time
show($quick->frame(1, 'x', false)->frame(0, 'again')->read());
show($fragment->read(), $half->read(), $slow->read());
$took = microtime(true) - $start;
show($took > 0.95 ? 'not too early' : "after $took s");
until_counters('{"timeouts_message":3}');
show($silent->text('still in')->read(), $quick->text('still in too')->read());
PHP);
?>
--EXPECT--
option "message_timeout" must be between 0.1 and 3600
option "message_timeout" must be of type int or float, string given
option "message_timeout" must be of type int or float, null given
option "message_timeout" must be of type int or float, array given
-- clients --
8 bytes
6 bytes
close 1008 message not completed in time
close 1008 message not completed in time
close 1008 message not completed in time
not too early
{"timeouts_message":3}
8 bytes
12 bytes
