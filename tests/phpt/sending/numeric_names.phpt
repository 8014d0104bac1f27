--TEST--
Users and rooms with names of digits: PHP makes ints of them as array keys, and they are found all the same
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onHandshake(fn () => ['user_id' => 42]);
$chat->onMessage(function (Chatroom\Client $client) use ($chat): bool {
    var_dump($client->userId, $chat->rooms());
    $seen = ['42' => true, '43' => true, '-1' => true];
    var_dump($chat->sendToUser(array_keys($seen), 'to users'), $chat->sendToUser(42, 'to one'), $chat->sendToUser([4, null, 42.0], 'nobody'));
    var_dump($chat->sendToRoom(array_keys($chat->rooms()), 'to rooms'), $chat->sendToRoom([-7], 'kept'), count($chat->history('-7')));
    foreach ([[null], [7.0], [true]] as $names) {
        try {
            $chat->sendToRoom($names, 'x');
            echo "accepted\n";
        } catch (ValueError $e) {
            echo $e->getMessage(), "\n";
        }
    }
    return false;
});
clients($chat, <<<'PHP'
$a = connect('/ws?room=7')->say('go');
show($a->hear(), $a->hear(), $a->hear());
PHP);
$chat->run();
?>
--EXPECT--
string(2) "42"
array(1) {
  [7]=>
  int(1)
}
int(1)
int(1)
int(0)
int(1)
int(0)
int(1)
Chatroom::sendToRoom(): Argument #1 ($room) must be a list of strings
Chatroom::sendToRoom(): Argument #1 ($room) must be a list of strings
Chatroom::sendToRoom(): Argument #1 ($room) must be a list of strings
-- clients --
to users
to one
to rooms
