--TEST--
token(): what it makes, what it refuses; servers with the secret take it
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$secret = str_repeat('s', 32);
$name = str_repeat('n', 128);
foreach ([['', $secret], [str_repeat('x', 129), $secret], ["\xff", $secret], ['u', 'short'], ['u', str_repeat('s', 4097)], ['u', $secret, 0], ['u', $secret, 31536001],
    ['u', $secret, 1, ['sub' => 'v']], ['u', $secret, 1, ['exp' => 1]], ['u', $secret, 1, ['iat' => 1]], ['u', $secret, 1, ['x']], ['u', $secret, 1, ['name' => 5]],
    ['u', $secret, 1, ['name' => $name . 'n']], ['u', $secret, 1, ['x' => "\xff"]], ['u', $secret, 1, ['x' => NAN]], ['u', $secret, 1, ['x' => str_repeat('x', 2900)]]] as $wrong) {
    try {
        Chatroom::token(...$wrong);
        echo "accepted\n";
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
}
$token = Chatroom::token('zoë/1', $secret, 90, ['name' => &$name, 'roles' => ['a' => 1]]);
[$head, $claims, $mac] = explode('.', $token);
$plain = fn (string $s) => base64_decode(strtr($s, '-_', '+/'));
$got = json_decode($plain($claims), true);
var_dump($plain($head), $got['exp'] - $got['iat'], abs($got['iat'] - time()) < 5, $got['sub'], $got['roles'], $got['name'] === $name);
var_dump(hash_hmac('sha256', "$head.$claims", $secret, true) === $plain($mac), strpbrk($token, '+/='));
$chat = new Chatroom(ANY_PORT, ['log' => null, 'secret' => $secret]);
$chat->onOpen(fn ($client) => print(var_export($client->userId, true) . ' ' . strlen((string) $client->name) . "\n"));
$chat->onRequest(fn () => Chatroom::token('ann', str_repeat('s', 32), 60, ['name' => 'Ann']));
$wrong = Chatroom::token('ann', str_repeat('t', 32));
clients($chat, '$wrong = "' . $wrong . '"; $max = "' . $token . '";' . <<<'PHP'
$good = explode("\r\n\r\n", http('GET', '/'), 2)[1];
v1('{"type":"hello","token":"' . $good . '"}')->close();
v1(path: "/ws?token=$max")->close();
v1(headers: ['Authorization' => "bearer $good"])->close();
connect("/ws?token=$good")->close();
connect()->close();
show((new Ws("/ws?token=$wrong"))->status());
$ws = connect('/ws', ['Sec-WebSocket-Protocol' => 'chatroom.v1'])->text('{"type":"hello","token":"' . $wrong . '"}');
show($ws->read(), $ws->read());
PHP);
$chat->run();
?>
--EXPECT--
Chatroom::token(): Argument #1 ($userId) must be 1 to 128 bytes of UTF-8
Chatroom::token(): Argument #1 ($userId) must be 1 to 128 bytes of UTF-8
Chatroom::token(): Argument #1 ($userId) must be 1 to 128 bytes of UTF-8
Chatroom::token(): Argument #2 ($secret) must be 32 to 4096 bytes long
Chatroom::token(): Argument #2 ($secret) must be 32 to 4096 bytes long
Chatroom::token(): Argument #3 ($ttl) must be between 1 and 31536000
Chatroom::token(): Argument #3 ($ttl) must be between 1 and 31536000
Chatroom::token(): Argument #4 ($claims) must have names as keys, and none of sub, iat and exp
Chatroom::token(): Argument #4 ($claims) must have names as keys, and none of sub, iat and exp
Chatroom::token(): Argument #4 ($claims) must have names as keys, and none of sub, iat and exp
Chatroom::token(): Argument #4 ($claims) must have names as keys, and none of sub, iat and exp
Chatroom::token(): Argument #4 ($claims) must have a string of at most 128 bytes as name
Chatroom::token(): Argument #4 ($claims) must have a string of at most 128 bytes as name
Chatroom::token(): Argument #4 ($claims) must be claims that JSON can hold in 2900 bytes
Chatroom::token(): Argument #4 ($claims) must be claims that JSON can hold in 2900 bytes
Chatroom::token(): Argument #4 ($claims) must be claims that JSON can hold in 2900 bytes
string(27) "{"alg":"HS256","typ":"JWT"}"
int(90)
bool(true)
string(6) "zoë/1"
array(1) {
  ["a"]=>
  int(1)
}
bool(true)
bool(true)
bool(false)
'ann' 3
'zoë/1' 128
'ann' 3
'ann' 3
NULL 0
-- clients --
401
{"type":"kick","code":4003,"reason":"the ticket is not valid","retry":false}
close 4003 the ticket is not valid
