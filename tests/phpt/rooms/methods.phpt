--TEST--
Rooms from PHP: join(), leave(), rooms(), members(), clients(), sendToRoom(), closeRoom(), history(), editMessage(), deleteMessage()
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'rooms_per_client' => 3]);
$nobody = '00000000-0000-4000-8000-000000000000';
var_dump($chat->rooms(), $chat->members('x'), $chat->closeRoom('x'), $chat->history('x'), $chat->join($nobody, 'x'), $chat->leave($nobody, 'x'),
    $chat->editMessage('x', 1, 'y'), $chat->deleteMessage('x', 1), $chat->sendToRoom('x', 'not kept while not running'));
$bad = ['', str_repeat('x', 256), "a\0b", "\xff", "a\nb"];
foreach ([fn ($r) => $chat->join($nobody, $r), fn ($r) => $chat->history($r), fn ($r) => $chat->sendToRoom($r, 'x'), fn ($r) => $chat->setSlowMode($r, 1),
    fn ($r) => $chat->setRoomOptions($r, []), fn ($r) => $chat->mute('u', 1, $r)] as $i => $method) {
    foreach ($bad as $room) {
        try {
            $method($room);
            echo "$i accepts ", bin2hex($room), "\n";
        } catch (ValueError $e) {
            $messages[$e->getMessage()] = true;
        }
    }
}
foreach ([fn () => $chat->history('x', 0), fn () => $chat->history('x', 201), fn () => $chat->history('x', 1, -1)] as $wrong) {
    try {
        $wrong();
    } catch (ValueError $e) {
        $messages[$e->getMessage()] = true;
    }
}
echo implode("\n", array_keys($messages)), "\n";
$chat->onHandshake(fn ($request) => $request->header('X-User'));
$chat->onText(function (Chatroom\Client $client) use ($chat, $bad): void {
    $other = array_values(array_diff(array_keys(iterator_to_array($chat->clients())), [$client->uid]))[0];
    var_dump($client->rooms(), $client->join('5'), $client->join('5'), $client->rooms(), $chat->join($client->uid, 'b'), $client->join('c'), $client->rooms());
    var_dump($chat->rooms(), mask_keys($chat->members('lobby')), mask_keys($chat->members('5')));
    var_dump(iterator_count($chat->clients('lobby')), iterator_count($chat->clients('5')), iterator_count($chat->clients('nowhere')));
    var_dump($chat->sendToRoom('lobby', ['message' => 'one', 'data' => ['a' => [1.5, null]]]), $chat->sendToRoom(['5', 'b', 'nowhere'], 'two', [$client->uid]),
        $chat->sendToRoom('lobby', 'three', [$other]));
    var_dump($chat->editMessage('lobby', 2, 'drei'), $chat->editMessage('lobby', 3, 'x'), $chat->editMessage('lobby', 0, 'x'), $chat->editMessage('lobby', -1, 'x'));
    try {
        $chat->editMessage('lobby', 1, "\xff");
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
    var_dump($chat->deleteMessage('b', 1), $chat->deleteMessage('b', 1), $chat->history('b')[0]['type']);
    echo preg_replace('/\d{13}/', 'NOW', json_encode([$chat->history('lobby'), $chat->history('lobby', 1), $chat->history('lobby', 5, 2), $chat->history('nowhere')])), "\n";
    var_dump($client->leave('b'), $client->leave('b'), $chat->leave($client->uid, 'lobby'), $chat->leave($other, 'nowhere'), $client->rooms());
    foreach ($bad as $room) {
        try {
            $client->join($room);
            echo "accepted\n";
        } catch (ValueError $e) {
        }
    }
    echo $e->getMessage(), "\n";
    var_dump($chat->closeRoom('5'), $chat->closeRoom('5'), $chat->rooms());
});
function mask_keys(array $members): string
{
    return implode(' ', array_map(fn ($uid, $user) => strlen($uid) . ':' . var_export($user, true), array_keys($members), $members));
}
clients($chat, <<<'PHP'
$a = connect('/ws', ['X-User' => 'ann']);
$b = connect();
$a->text('go');
show('b: ' . $b->hear(), 'b: ' . $b->close());
show('a: ' . $a->hear(), 'a: ' . $a->hear(), 'a: ' . $a->read());
PHP);
$chat->run();
?>
--EXPECT--
array(0) {
}
array(0) {
}
int(0)
array(0) {
}
bool(false)
bool(false)
bool(false)
bool(false)
int(0)
Chatroom::join(): Argument #2 ($room) must be 1 to 255 bytes of UTF-8 without control characters
Chatroom::history(): Argument #1 ($room) must be 1 to 255 bytes of UTF-8 without control characters
Chatroom::sendToRoom(): Argument #1 ($room) must be 1 to 255 bytes of UTF-8 without control characters
Chatroom::setSlowMode(): Argument #1 ($room) must be 1 to 255 bytes of UTF-8 without control characters
Chatroom::setRoomOptions(): Argument #1 ($room) must be 1 to 255 bytes of UTF-8 without control characters
Chatroom::mute(): Argument #3 ($room) must be 1 to 255 bytes of UTF-8 without control characters
Chatroom::history(): Argument #2 ($limit) must be between 1 and 200
Chatroom::history(): Argument #3 ($before) must be 0 or more
array(1) {
  [0]=>
  string(5) "lobby"
}
bool(true)
bool(true)
array(2) {
  [0]=>
  string(5) "lobby"
  [1]=>
  string(1) "5"
}
bool(true)
bool(false)
array(3) {
  [0]=>
  string(5) "lobby"
  [1]=>
  string(1) "5"
  [2]=>
  string(1) "b"
}
array(3) {
  ["lobby"]=>
  int(2)
  [5]=>
  int(1)
  ["b"]=>
  int(1)
}
string(16) "36:'ann' 36:NULL"
string(8) "36:'ann'"
int(2)
int(1)
int(0)
int(2)
int(0)
int(1)
bool(true)
bool(false)
bool(false)
bool(false)
Chatroom::editMessage(): Argument #3 ($text) must be valid UTF-8
bool(true)
bool(false)
string(6) "delete"
[[{"message":"one","uid":"00000000-0000-0000-0000-000000000000","room":"lobby","seq":1,"time":NOW,"data":{"a":[1.5,null]}},{"message":"drei","uid":"00000000-0000-0000-0000-000000000000","room":"lobby","seq":2,"time":NOW,"edited":true}],[{"message":"drei","uid":"00000000-0000-0000-0000-000000000000","room":"lobby","seq":2,"time":NOW,"edited":true}],[{"message":"one","uid":"00000000-0000-0000-0000-000000000000","room":"lobby","seq":1,"time":NOW,"data":{"a":[1.5,null]}}],[{"message":"two","uid":"00000000-0000-0000-0000-000000000000","room":"nowhere","seq":1,"time":NOW}]]
bool(true)
bool(false)
bool(true)
bool(false)
array(1) {
  [0]=>
  string(1) "5"
}
Chatroom\Client::join(): Argument #1 ($room) must be 1 to 255 bytes of UTF-8 without control characters
int(1)
int(0)
array(1) {
  ["lobby"]=>
  int(1)
}
-- clients --
b: one
b: close 1000
a: one
a: three
a: close 4000 room closed
