--TEST--
Option idle_timeout: who sends no message for so long is closed with 1001 and counts once; pongs are no messages
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('idle_timeout', 0.09, -1, 604801, PHP_INT_MAX, NAN, INF, '5', null, []);
foreach ([1, 0] as $timeout) {
    $chat = new Chatroom(ANY_PORT, ['log' => null, 'idle_timeout' => $timeout, 'ping_interval' => 0.2, 'rate_limit' => null]);
    $chat->onText(fn ($client, $text) => $client->sendRaw($text));
    echo "after $timeout s\n";
    counting($chat, "\$timeout = $timeout;" . <<<'PHP'
    $start = microtime(true);
    $quiet = [connect(), connect(), connect()];
    $busy = connect();
    while (microtime(true) - $start < 1.8) {
        foreach ($quiet as $ws) {
            $ws->frame(10, ''); // alive, but it says nothing
        }
        $busy->text('x')->read();
        usleep(50000);
    }
    show(implode(' ', array_unique($timeout ? array_map(fn ($ws) => $ws->read(), $quiet) : array_map(fn ($ws) => $ws->text('in')->read(), $quiet))));
    until_counters($timeout ? '{"timeouts_idle":3}' : '{}');
    show($busy->text('busy')->read());
    PHP);
}
?>
--EXPECT--
option "idle_timeout" must be 0 or between 0.1 and 604800
option "idle_timeout" must be of type int or float, string given
option "idle_timeout" must be of type int or float, null given
option "idle_timeout" must be of type int or float, array given
after 1 s
after 0 s
-- clients --
close 1001 idle
{"timeouts_idle":3}
busy
-- clients --
in
{}
busy
