--TEST--
broadcast(), sendTo(), kick(), client(), clients(), count(): who gets what, and who is nobody
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$nobodies = ['', 'nobody', '00000000-0000-0000-0000-000000000000', "a\0b", str_repeat('x', 1000)];
var_dump($chat->broadcast('nobody hears it'), count($chat), $chat->client($nobodies[2]), iterator_count($chat->clients()));
$chat->onText(function (Chatroom\Client $client, string $text) use ($chat, $nobodies) {
    $uids = array_keys(iterator_to_array($chat->clients()));
    var_dump(count($chat), $chat->client($uids[0]) === $client, $chat->client(strtoupper($uids[1]))->uid === $uids[1]);
    var_dump($chat->broadcast('to all'), $chat->broadcast('but one', [$uids[0]]),
        $chat->broadcast(['message' => 'but two', 'data' => ['x']], [$uids[0], $uids[1], 5, null, 'nobody']));
    var_dump($chat->sendTo($uids[0], 'to one'), $chat->sendTo($uids, 'to three'), $chat->sendTo([$uids[1], 'nobody', 7], 'to one more'));
    foreach ($nobodies as $nobody) {
        var_dump([$chat->sendTo($nobody, 'x'), $chat->sendTo([$nobody], 'x'), $chat->kick($nobody), $chat->client($nobody)] === [0, 0, false, null]);
    }
    foreach ([fn () => $chat->broadcast("\xff"), fn () => $chat->sendTo('nobody', "\xff"), fn () => $chat->broadcast(['data' => 1]),
        fn () => $chat->kick($uids[2], str_repeat('x', 124)), fn () => $chat->kick($uids[2], "\xff")] as $wrong) {
        try {
            $wrong();
        } catch (ValueError $e) {
            echo $e->getMessage(), "\n";
        }
    }
    var_dump($chat->kick($uids[2], 'sorry'), $chat->kick($uids[2]), count($chat));
});
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
$c = connect();
$a->text('go');
show('a: ' . implode(', ', [$a->hear(), $a->hear(), $a->hear()]));
show('b: ' . implode(', ', [$b->hear(), $b->hear(), $b->hear(), $b->hear()]));
show('c: ' . implode(', ', [$c->hear(), $c->hear(), $c->hear(), $c->hear(), $c->read()]));
PHP);
$chat->run();
?>
--EXPECT--
int(0)
int(0)
NULL
int(0)
int(3)
bool(true)
bool(true)
int(3)
int(2)
int(1)
int(1)
int(3)
int(1)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
Chatroom::broadcast(): Argument #1 ($message) must be valid UTF-8
Chatroom::sendTo(): Argument #2 ($message) must be valid UTF-8
Chatroom::broadcast(): Argument #1 ($message) must have the key "message"
Chatroom::kick(): Argument #2 ($reason) must be at most 123 bytes long
Chatroom::kick(): Argument #2 ($reason) must be valid UTF-8
bool(true)
bool(false)
int(2)
-- clients --
a: to all, to one, to three
b: to all, but one, to three, to one more
c: to all, but one, but two, to three, close 4000 sorry
