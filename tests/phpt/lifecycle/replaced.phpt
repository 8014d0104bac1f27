--TEST--
D107: a callback that replaces or removes itself, or adds a filter, while it runs
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onMessage(function (Chatroom\Client $client, Chatroom\Message $message) use ($chat) {
    $big = str_repeat('x', 100);
    $chat->onMessage(null);
    $chat->onMessage(function ($client, $message) { echo "the second: $message->text\n"; });
    gc_collect_cycles();
    echo "the first: $message->text ", strlen($big), "\n";
});
$chat->addFilter(function (string $text) use ($chat, &$added) {
    if (!$added) {
        $added = true;
        for ($i = 0; $i < 50; $i++) {
            $chat->addFilter(fn (string $text) => $text . '.');
        }
    }
});
clients($chat, <<<'PHP'
$a = connect();
$a->say('one')->say('two');
show($a->close());
PHP);
$chat->run();
?>
--EXPECT--
the first: one.................................................. 100
the second: two..................................................
-- clients --
close 1000
