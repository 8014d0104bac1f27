--TEST--
addFilter(): null and true pass, false drops, a string or an array replaces, in the order added
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$same = $chat->addFilter(function (string $text, Chatroom\Client $client) use (&$seen) {
    $seen[$client->uid][] = $text;
    return match ($text) {
        'null' => null,
        'true' => true,
        'false' => false,
        'string' => '你好 🎉',
        'array' => ['message' => 'from an array'],
        'empty' => '',
        default => null,
    };
});
var_dump($same === $chat);
$chat->addFilter(fn ($text) => $text === 'null' ? null : "<$text>");
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
foreach (['null', 'true', 'false', 'string', 'array', 'empty'] as $text) {
    $a->say($text);
}
show($b->read(), $b->read(), $b->read(), $b->read(), $b->read());
PHP);
$chat->run();
echo count($seen), ' sender: ', implode(' ', current($seen)), "\n";
echo $chat->stats()['messages_dropped'], " dropped\n";
?>
--EXPECT--
bool(true)
1 sender: null true false string array empty
1 dropped
-- clients --
{"message":"null","uid":"UUID"}
{"message":"<true>","uid":"UUID"}
{"message":"<你好 🎉>","uid":"UUID"}
{"message":"<from an array>","uid":"UUID"}
{"message":"<>","uid":"UUID"}
