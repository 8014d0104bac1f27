--TEST--
Options ping_interval and ping_timeout: who does not answer is closed with 4201 and counts once; who answers, or speaks, stays
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('ping_interval', 0.09, -1, 86401, PHP_INT_MAX, NAN, INF, '5', null, []);
refused_values('ping_timeout', 0, 0.09, -1, 3601, PHP_INT_MIN, NAN, INF, '5', null, []);
foreach ([0.3, 0] as $interval) {
    $chat = new Chatroom(ANY_PORT, ['log' => null, 'ping_interval' => $interval, 'ping_timeout' => 0.8]);
    $chat->onText(fn ($client, $text) => $client->sendRaw($text));
    echo "every $interval s\n";
    counting($chat, "\$interval = $interval;" . <<<'PHP'
    $start = microtime(true);
    $deaf = [connect(), connect()];
    $answers = connect();
    $speaks = connect();
    $pings = 0;
    while (microtime(true) - $start < 1.8) {
        $answers->frame(10, '')->frame(10, 'not what it was asked'); // any sign of life will do
        $speaks->frame(1, 'x', false)->frame(0, 'y');
        usleep(100000);
    }
    if ($interval === 0) {
        show('pings are off: ' . $deaf[0]->text('and it is still in')->read(), counters());
    } else {
        foreach ($deaf as $ws) {
            [$first, $payload] = $ws->raw();
            show(dechex($first) . ' ' . strlen($payload));
            [$first, $payload] = $ws->raw();
            show(dechex($first) . ' ' . unpack('n', $payload)[1] . substr($payload, 2));
        }
        until_counters('{"timeouts_ping":2}');
    }
    show($answers->text('in')->read());
    PHP);
}
?>
--EXPECT--
option "ping_interval" must be 0 or between 0.1 and 86400
option "ping_interval" must be of type int or float, string given
option "ping_interval" must be of type int or float, null given
option "ping_interval" must be of type int or float, array given
option "ping_timeout" must be between 0.1 and 3600
option "ping_timeout" must be of type int or float, string given
option "ping_timeout" must be of type int or float, null given
option "ping_timeout" must be of type int or float, array given
every 0.3 s
every 0 s
-- clients --
89 0
88 4201ping timeout
89 0
88 4201ping timeout
{"timeouts_ping":2}
in
-- clients --
pings are off: and it is still in
{}
in
