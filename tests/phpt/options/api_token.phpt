--TEST--
Option api_token: which ones are taken (P51: an empty one is not); with it the calls answer and are counted
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
foreach (['', 'short', str_repeat('x', 15), str_repeat('x', 16) . ' ', str_repeat('é', 16), str_repeat('x', 15) . "\0", null,
    str_repeat('x', 16), 7] as $token) {
    try {
        new Chatroom(ANY_PORT, ['api_token' => $token, 'log' => null]);
        echo "taken\n";
    } catch (Error $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}
$chat = new Chatroom(ANY_PORT, ['api_token' => 'token-of-this-test', 'log' => null]);
clients($chat, <<<'PHP'
$token = ['Authorization' => 'Bearer token-of-this-test'];
show(substr(http('GET', '/api/rooms', $token), 0, 15), substr(http('GET', '/api/rooms'), 0, 15));
show(substr(http('GET', '/api/members', $token), 0, 15), substr(http('GET', '/metrics'), 0, 15));
PHP);
$chat->run();
$stats = $chat->stats();
foreach (['api_calls', 'api_errors', 'api_unauthorized'] as $name) {
    echo "$name: $stats[$name]\n";
}
?>
--EXPECT--
ValueError: option "api_token" must be 16 to 4096 printable ASCII characters without spaces
ValueError: option "api_token" must be 16 to 4096 printable ASCII characters without spaces
ValueError: option "api_token" must be 16 to 4096 printable ASCII characters without spaces
ValueError: option "api_token" must be 16 to 4096 printable ASCII characters without spaces
ValueError: option "api_token" must be 16 to 4096 printable ASCII characters without spaces
ValueError: option "api_token" must be 16 to 4096 printable ASCII characters without spaces
TypeError: option "api_token" must be of type string, null given
taken
TypeError: option "api_token" must be of type string, int given
api_calls: 2
api_errors: 3
api_unauthorized: 2
-- clients --
HTTP/1.1 200 OK
HTTP/1.1 401 Un
HTTP/1.1 400 Ba
HTTP/1.1 401 Un
