--TEST--
Client: its properties, readonly but for data; send, sendRaw, close, kick and what they answer once it is gone
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->addFilter(function (string $text, Chatroom\Client $client) use ($chat, &$kept) {
    $kept = $client;
    var_dump(preg_match('/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/', $client->uid));
    var_dump($client->userId, $client->name, $client->ip, abs($client->connectedAt - microtime(true) * 1000) < 60000,
        $client->request, $client->data, $client->isOpen(), $client->queuedBytes());
    foreach (['uid', 'userId', 'name', 'ip', 'connectedAt', 'request', 'other'] as $property) {
        try {
            $client->$property = null;
            echo "$property written\n";
        } catch (Error $e) {
            echo $e->getMessage(), "\n";
        }
    }
    $reference = &$client->data;
    $reference = ['any' => 'thing'];
    var_dump($client->send('hello'), $client->send(['message' => 'array', 'data' => 1]), $client->sendRaw('raw'),
        $client->sendRaw("\0\xff", true));
    foreach ([fn () => $client->send("\xff"), fn () => $client->send([]), fn () => $client->send(['message' => 1]),
        fn () => $client->send(['message' => 'a', 'more' => 1]), fn () => $client->sendRaw("\xff"),
        fn () => $client->close(1005), fn () => $client->close(-1), fn () => $client->close(5000),
        fn () => $client->close(1000, str_repeat('x', 124)), fn () => $client->kick("\xff"),
        fn () => clone $client, fn () => serialize($client)] as $wrong) {
        try {
            $wrong();
            echo "accepted\n";
        } catch (Throwable $e) {
            echo get_class($e), ': ', $e->getMessage(), "\n";
        }
    }
    var_dump($client->close(4321, 'enough'), $client->close(), $client->kick(), $client->isOpen(), $client->send('late'),
        $client->sendRaw('late'), $chat->sendTo($client->uid, 'late'), $chat->kick($client->uid));
    return false;
});
clients($chat, <<<'PHP'
$ws = connect();
$ws->say('go');
for ($i = 0; $i < 5; $i++) {
    show($ws->read());
}
PHP);
$chat->run();
var_dump($kept->data, $kept->isOpen(), $kept->send('x'), $kept->sendRaw('x'), $kept->close(), $kept->kick(), $kept->queuedBytes());
try {
    $kept->send("\xff");
} catch (ValueError $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECT--
int(1)
NULL
NULL
string(9) "127.0.0.1"
bool(true)
NULL
NULL
bool(true)
int(0)
Cannot modify readonly property Chatroom\Client::$uid
Cannot modify readonly property Chatroom\Client::$userId
Cannot modify readonly property Chatroom\Client::$name
Cannot modify readonly property Chatroom\Client::$ip
Cannot modify readonly property Chatroom\Client::$connectedAt
Cannot modify readonly property Chatroom\Client::$request
Cannot create dynamic property Chatroom\Client::$other
bool(true)
bool(true)
bool(true)
bool(true)
ValueError: Chatroom\Client::send(): Argument #1 ($message) must be valid UTF-8
ValueError: Chatroom\Client::send(): Argument #1 ($message) must have the key "message"
ValueError: Chatroom\Client::send(): Argument #1 ($message) must have a string under "message"
ValueError: Chatroom\Client::send(): Argument #1 ($message) must have no other keys than "message" and "data"
ValueError: Chatroom\Client::sendRaw(): Argument #1 ($bytes) must be valid UTF-8 in a text frame
ValueError: Chatroom\Client::close(): Argument #1 ($code) must be between 1000 and 1003, 1007 and 1014, or 3000 and 4999
ValueError: Chatroom\Client::close(): Argument #1 ($code) must be between 1000 and 1003, 1007 and 1014, or 3000 and 4999
ValueError: Chatroom\Client::close(): Argument #1 ($code) must be between 1000 and 1003, 1007 and 1014, or 3000 and 4999
ValueError: Chatroom\Client::close(): Argument #2 ($reason) must be at most 123 bytes long
ValueError: Chatroom\Client::kick(): Argument #1 ($reason) must be valid UTF-8
Error: Trying to clone an uncloneable object of class Chatroom\Client
Exception: Serialization of 'Chatroom\Client' is not allowed
bool(true)
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
int(0)
bool(false)
array(1) {
  ["any"]=>
  string(5) "thing"
}
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
int(0)
Chatroom\Client::send(): Argument #1 ($message) must be valid UTF-8
-- clients --
{"message":"hello","uid":"00000000-0000-0000-0000-000000000000"}
{"message":"array","uid":"00000000-0000-0000-0000-000000000000"}
raw
binary 00ff
close 4321 enough
