--TEST--
onHandshake(): every answer, and what the client then is
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onHandshake(fn (Chatroom\Request $request) => match ($request->query('do')) {
    'true' => true,
    'false' => false,
    '401' => 401,
    '503' => 503,
    'user' => 'anna',
    'array' => ['user_id' => 42, 'name' => 'Änne', 'data' => ['role' => 'admin']],
    'null name' => ['user_id' => null, 'name' => null],
    'reject' => throw new Chatroom\Reject('banned', 'until tomorrow'),
    '200' => 200,
    'empty' => '',
    'long' => str_repeat('x', 256),
    'bytes' => "\xff",
    'float' => 1.5,
    'key' => ['userid' => 1],
    'type' => ['user_id' => 1.5],
    'name' => ['name' => 1],
    'throw' => throw new LogicException('no idea'),
    default => null,
});
$chat->onOpen(function (Chatroom\Client $client, Chatroom\Request $request) {
    echo $request->query('do'), ': ', json_encode([$client->userId, $client->name, $client->data]), ' ',
        $client->request === $request ? 'same request' : 'other request', ' ', $client->connectedAt > 1600000000000 ? 'opened' : 'when?', "\n";
});
$chat->onError(function (Throwable $e, ?Chatroom\Client $client) {
    echo get_class($e), ': ', $e->getMessage(), ' ', $client ? 'with a client' : '', "\n";
});
clients($chat, <<<'PHP'
foreach (['null', 'true', 'user', 'array', 'null name', 'false', '401', '503', 'reject', '200', 'empty', 'long', 'bytes',
    'float', 'key', 'type', 'name', 'throw'] as $do) {
    $ws = new Ws('/ws?do=' . rawurlencode($do));
    show("$do: " . $ws->status() . ($do === 'reject' ? ' ' . (str_contains($ws->rest(), 'until tomorrow') ? 'with its reason' : '') : ''));
    $ws->drop();
}
PHP);
$chat->run();
var_dump($chat->stats()['handshakes']);
?>
--EXPECT--
null: [null,null,null] same request opened
true: [null,null,null] same request opened
user: ["anna",null,null] same request opened
array: ["42","\u00c4nne",{"role":"admin"}] same request opened
null name: [null,null,null] same request opened
ValueError: Chatroom::onHandshake(): the status answered must be 503 or between 400 and 499 
ValueError: Chatroom::onHandshake(): the user id answered must be 1 to 255 bytes of UTF-8 
ValueError: Chatroom::onHandshake(): the user id answered must be 1 to 255 bytes of UTF-8 
ValueError: Chatroom::onHandshake(): the user id answered must be 1 to 255 bytes of UTF-8 
TypeError: Chatroom::onHandshake(): the answer must be of type null, bool, int, string or array, float given 
ValueError: Chatroom::onHandshake(): the array answered must have no other keys than "user_id", "name" and "data" 
TypeError: Chatroom::onHandshake(): the user_id answered must be of type string or int, float given 
TypeError: Chatroom::onHandshake(): the name answered must be of type string or null, int given 
LogicException: no idea 
int(5)
-- clients --
null: 101
true: 101
user: 101
array: 101
null name: 101
false: 403
401: 401
503: 503
reject: 403 with its reason
200: 500
empty: 500
long: 500
bytes: 500
float: 500
key: 500
type: 500
name: 500
throw: 500
