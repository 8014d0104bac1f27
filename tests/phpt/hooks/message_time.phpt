--TEST--
A message's time is that of its filter's end, measured or not; without a filter, that of its arrival
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
foreach ([[50, true], [0, true], [50, false]] as [$warn, $filtered]) {
    $chat = new Chatroom(ANY_PORT, ['log' => null, 'callback_warn_ms' => $warn]);
    $chat->onOpen(fn () => null); // its time is nobody's
    if ($filtered) {
        $chat->addFilter(function (string $text) {
            usleep($text === 'slow' ? 150_000 : 0);
            return null;
        });
    }
    clients($chat, 'const FILTERED = ' . var_export($filtered, true) . ';' . <<<'PHP'
    $a = v1('{"type":"hello","join":["a"]}');
    $a->read();
    usleep(60_000);
    foreach (['slow', 'fast', 'edit'] as $text) {
        $before = (int) (microtime(true) * 1000);
        $a->text($text === 'edit' ? '{"type":"edit","room":"a","seq":1,"text":"slow","id":3}' : '{"message":"' . $text . '","id":"' . $text . '"}');
        $a->read();
        $time = json_decode($a->raw)->time;
        $after = (int) (microtime(true) * 1000);
        $before += $text !== 'fast' && FILTERED ? 150 : 0;
        // a millisecond for the rounding of two clocks
        show("$text: " . ($time >= $before - 1 && $time <= $after + 1 ? 'in time' : "$before <= $time <= $after"));
    }
    PHP);
    $chat->run();
}
?>
--EXPECT--
-- clients --
slow: in time
fast: in time
edit: in time
-- clients --
slow: in time
fast: in time
edit: in time
-- clients --
slow: in time
fast: in time
edit: in time
