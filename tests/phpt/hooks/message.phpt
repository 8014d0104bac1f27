--TEST--
onMessage(): the message's parts, its reply, and the same verdicts as a filter's, after the filters
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->addFilter(fn ($text) => $text === 'three' ? false : "$text!");
$chat->onMessage(function (Chatroom\Client $client, Chatroom\Message $message) use (&$kept) {
    $kept = $message;
    echo $message->text, ' ', $message->uid === $client->uid ? 'own uid' : 'other uid', ' ', $message->room, "\n";
    if ($message->text === 'one!') {
        var_dump($message->to, $message->id, $message->data, $message->reply('heard you'));
        foreach (['uid', 'room', 'to', 'id', 'data', 'more'] as $property) {
            try {
                $message->$property = null;
            } catch (Error $e) {
                echo $e->getMessage(), "\n";
            }
        }
    }
    $message->text = 'written to, which replaces nothing';
    return match (true) {
        str_starts_with($client->request->path ?? '', '/ws') => null,
        $message->room === 'den' => "in the den",
        default => null,
    };
});
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
$a->say('one')->say('two')->say('three')->say('four');
show($a->read(), $b->hear(), $b->hear(), $b->hear());
$c = connect('/ws?room=den');
$d = connect('/ws?room=den');
$c->say('five');
show($d->hear());
$c->close();
PHP);
$chat->run();
var_dump($kept->reply('gone'));
?>
--EXPECT--
one! own uid lobby
NULL
NULL
NULL
bool(true)
Cannot modify readonly property Chatroom\Message::$uid
Cannot modify readonly property Chatroom\Message::$room
Cannot modify readonly property Chatroom\Message::$to
Cannot modify readonly property Chatroom\Message::$id
Cannot modify readonly property Chatroom\Message::$data
Cannot create dynamic property Chatroom\Message::$more
two! own uid lobby
four! own uid lobby
five! own uid den
bool(false)
-- clients --
{"message":"heard you","uid":"00000000-0000-0000-0000-000000000000"}
one!
two!
four!
in the den
