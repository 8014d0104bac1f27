--TEST--
Request: method, path, headers, cookies, query, body, protocols
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onRequest(function (Chatroom\Request $r) use (&$kept) {
    $kept = $r;
    echo "$r->method $r->path $r->ip ", json_encode($r->body), "\n";
    echo json_encode([$r->query(), $r->query('a'), $r->query('none'), $r->query('a[]'), $r->query('5')], JSON_UNESCAPED_UNICODE), "\n";
    echo json_encode([$r->header('X-Two'), $r->header('x-TWO'), $r->header('none'), $r->origin(), $r->protocols()]), "\n";
    echo json_encode([$r->cookies(), $r->cookie('a'), $r->cookie('none'), $r->cookie('e')], JSON_UNESCAPED_UNICODE), "\n";
    echo implode(' ', array_keys($r->headers())), "\n";
    return 'ok';
});
clients($chat, <<<'PHP'
show(brief(http('GET', '/a%20b?a=1&b=%E4%BD%A0+x&a[]=2&5=five&&empty&a=last', [
    'X-Two' => "one\r\nX-Two: two", 'Origin' => 'https://example.com', 'Sec-WebSocket-Protocol' => 'a, b ,c',
    'Cookie' => "a=1; b=%20x+y; a=2;c ;=d\r\nCookie: e=\"f\"", '7' => 'numeric',
])));
show(brief(http('POST', '/', [], 'the body')));
PHP);
$chat->run();
echo json_encode([$kept->method, $kept->body, $kept->query(), $kept->cookies(), $kept->protocols(), $kept->origin()]), "\n";
foreach ([fn () => clone $kept, fn () => serialize($kept), fn () => $kept->method = 'x'] as $wrong) {
    try {
        $wrong();
    } catch (Throwable $e) {
        echo $e->getMessage(), "\n";
    }
}
?>
--EXPECT--
GET /a%20b 127.0.0.1 ""
[{"a":"last","b":"你 x","a[]":"2","5":"five","empty":""},"last",null,"2","five"]
["one, two","one, two",null,"https:\/\/example.com",["a","b","c"]]
[{"a":"1","b":" x+y","c ":"","":"d","e":"\"f\""},"1",null,"\"f\""]
x-two origin sec-websocket-protocol cookie 7 host connection
POST / 127.0.0.1 "the body"
[[],null,null,null,null]
[null,null,null,null,[]]
[[],null,null,null]
host connection content-length
["POST","the body",[],[],[],null]
Trying to clone an uncloneable object of class Chatroom\Request
Serialization of 'Chatroom\Request' is not allowed
Cannot modify readonly property Chatroom\Request::$method
-- clients --
HTTP/1.1 200 OK | ok
HTTP/1.1 200 OK | ok
