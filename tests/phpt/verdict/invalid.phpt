--TEST--
Verdicts: what is no answer drops the message and is reported, and the client stays
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'max_message_size' => 1000]);
$chat->addFilter(fn (string $text) => match ($text) {
    'bytes' => "\xff",
    'huge' => str_repeat('x', 1001),
    'largest' => str_repeat('x', 1000),
    'int' => 1,
    'float' => 0.0,
    'object' => new stdClass,
    'empty array' => [],
    'other array' => ['message' => 'a', 'text' => 'b'],
    'array bytes' => ['message' => "\xff"],
    default => true,
});
$chat->onMessage(fn ($client, $message) => $message->text === 'message' ? 5 : null);
$chat->onError(function (Throwable $e, ?Chatroom\Client $client) {
    echo get_class($e), ': ', $e->getMessage(), ' ', $client?->isOpen() ? 'open' : 'no client', "\n";
});
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
foreach (['bytes', 'huge', 'int', 'float', 'object', 'empty array', 'other array', 'array bytes', 'message', 'largest', 'last'] as $text) {
    $a->say($text);
}
show(strlen($b->hear()), $b->hear());
PHP);
$chat->run();
echo $chat->stats()['messages_dropped'], " dropped\n";
?>
--EXPECTF--
ValueError: Chatroom::addFilter(): the text answered is not valid UTF-8 open
ValueError: Chatroom::addFilter(): the text answered has 1001 bytes, more than max_message_size open
TypeError: Chatroom::addFilter(): the answer must be of type null, bool, string or array, int given open
TypeError: Chatroom::addFilter(): the answer must be of type null, bool, string or array, float given open
TypeError: Chatroom::addFilter(): the answer must be of type null, bool, string or array, %s given open
ValueError: Chatroom::addFilter(): the array answered must have the key "message" open
ValueError: Chatroom::addFilter(): the array answered must have no other keys than "message" and "data" open
ValueError: Chatroom::addFilter(): the text answered is not valid UTF-8 open
TypeError: Chatroom::onMessage(): the answer must be of type null, bool, string or array, int given open
9 dropped
-- clients --
1000
last
