--TEST--
Option close_timeout: who does not answer a Close is cut off, whoever it was that closed, and counts once
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('close_timeout', 0, 0.09, -1, 3601, PHP_INT_MAX, NAN, INF, '5', null, []);
$chat = new Chatroom(ANY_PORT, ['log' => null, 'close_timeout' => 1]);
$chat->onText(fn ($client, $text) => $client->close(4000, $text));
$closes = [];
$chat->onClose(function ($client, $code, $reason) use (&$closes) { $closes[] = "$code $reason"; });
counting($chat, <<<'PHP'
$start = microtime(true);
$silent = [connect()->text('a'), connect()->text('b')];
$wrong = connect()->frame(3, 'x'); // a protocol error, and then it is silent
$polite = connect()->text('c');
show($polite->read(), $polite->read());
$polite->drop(); // TCP's end is its part too
foreach ([...$silent, $wrong] as $ws) {
    [$first, $payload] = $ws->raw();
    show(dechex($first) . ' ' . unpack('n', $payload)[1] . ' ' . substr($payload, 2));
    $ws->frame(1, 'this is not an answer');
    show($ws->read());
}
$took = microtime(true) - $start;
show($took > 0.95 && $took < 5 ? 'after its time' : "after $took s");
until_counters('{"timeouts_close":3,"protocol_errors":1}');
PHP);
sort($closes);
echo implode(', ', $closes), "\n";
?>
--EXPECT--
option "close_timeout" must be between 0.1 and 3600
option "close_timeout" must be of type int or float, string given
option "close_timeout" must be of type int or float, null given
option "close_timeout" must be of type int or float, array given
1002 protocol error, 4000 a, 4000 b, 4000 c
-- clients --
close 4000 c
eof
88 4000 a
eof
88 4000 b
eof
88 1002 protocol error
eof
after its time
{"timeouts_close":3,"protocol_errors":1}
