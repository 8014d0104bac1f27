--TEST--
every(), after(), cancel(): when, how often, and cancelling in all ways
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$n = 0;
$begin = 0;
$done = [];
$early = $chat->after(0.05, function () use (&$begin, &$done) {
    $done['late'] = hrtime(true) - $begin >= 49e6 ? 'not too early' : 'too early';
});
$tick = $chat->every(0.002, function () use ($chat, &$tick, &$n, &$done) {
    if (++$n === 5) {
        $done['cancelled itself'] = [$chat->cancel($tick), $chat->cancel($tick)];
    }
});
$never = $chat->after(0.001, function () use (&$done) { $done['cancelled'] = 'yet called'; });
var_dump($early > 0, $tick > $early, $chat->cancel($never), $chat->cancel($never), $chat->cancel(0), $chat->cancel(-1),
    $chat->cancel(PHP_INT_MAX));
$once = $chat->after(0.01, function () use ($chat, &$once, &$done) {
    $done['a one-shot is gone before it is called'] = $chat->cancel($once) === false;
    $chat->after(0.001, function () use (&$done) { $done['made by a timer'] = true; });
});
$chat->every(0.01, function () use ($chat, &$done) { count($done) < 4 || $chat->stop(); });
$begin = hrtime(true);
$chat->run();
ksort($done);
echo json_encode($done, JSON_PRETTY_PRINT), "\n$n ticks\n";
foreach ([0, -1, 0.0001, NAN, INF, 31536001] as $seconds) {
    try {
        $chat->every($seconds, 'time');
        echo "accepted\n";
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
}
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(false)
bool(false)
bool(false)
bool(false)
{
    "a one-shot is gone before it is called": true,
    "cancelled itself": [
        true,
        false
    ],
    "late": "not too early",
    "made by a timer": true
}
5 ticks
Chatroom::every(): Argument #1 ($seconds) must be between 0.001 and 31536000
Chatroom::every(): Argument #1 ($seconds) must be between 0.001 and 31536000
Chatroom::every(): Argument #1 ($seconds) must be between 0.001 and 31536000
Chatroom::every(): Argument #1 ($seconds) must be between 0.001 and 31536000
Chatroom::every(): Argument #1 ($seconds) must be between 0.001 and 31536000
Chatroom::every(): Argument #1 ($seconds) must be between 0.001 and 31536000
