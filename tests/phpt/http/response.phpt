--TEST--
onRequest(): every answer, and those that are refused
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onRequest(fn (Chatroom\Request $request) => match ($request->query('do')) {
    'string' => '<p>你好</p>',
    'full' => [201, ['X-One' => 1, 'Set-Cookie' => ['a=1', 'b=2'], 'Content-Type' => 'text/plain'], 'made'],
    'no content' => [204, [], ''],
    'huge' => str_repeat('x', 3 << 20),
    'reject' => throw new Chatroom\Reject('no', 'go away'),
    'throw' => throw new LogicException('oops'),
    'int' => 404,
    'short' => [200, []],
    'status' => [100, [], ''],
    'body' => [200, [], null],
    'injection' => [200, ['X-A' => "a\r\nX-B: b"], ''],
    'name' => [200, ["X-A\r\nX-B" => 'a'], ''],
    'list' => [200, ['X-A: b'], ''],
    'length' => [200, ['content-LENGTH' => 5], ''],
    'chunked' => [200, ['Transfer-Encoding' => 'chunked'], ''],
    'type' => [200, ['X-A' => 1.5], ''],
    'date' => [200, ['Date' => 'now'], ''],
    'keep-alive' => [200, ['keep-alive' => 'timeout=5'], ''],
    'trailer' => [200, ['Trailer' => 'X-A'], ''],
    'no name' => [200, ['' => 'a'], ''],
    'colon' => [200, ['X-A:' => 'a'], ''],
    'nul' => [200, ["X-A\0" => 'a'], ''],
    'value nul' => [200, ['X-A' => "a\0b"], ''],
    'list of values' => [200, ['X-A' => ['good', "ba\x7fd"]], ''],
    'negative' => [200, [-1 => 'a'], ''],
    'status wraps' => [(1 << 32) + 200, [], ''],
    'status below' => [PHP_INT_MIN + 200, [], ''],
    'continue' => [199, [], ''],
    'long name' => [200, [str_repeat('n', 1000) . ' ' => 'a'], ''],
    'tab' => [200, ['X-A' => "a\tb", 'X-B' => "\u{e9}"], 'tab'],
    default => null,
});
$chat->onError(function (Throwable $e, ?Chatroom\Client $client) { echo get_class($e), ': ', addcslashes($e->getMessage(), "\0..\37"), "\n"; });
clients($chat, <<<'PHP'
show(http('GET', '/?do=string'), http('GET', '/?do=full'), strtok(http('GET', '/?do=no%20content'), "\r"));
show(strlen(explode("\r\n\r\n", http('GET', '/?do=huge'), 2)[1]));
foreach (['reject', 'throw', 'int', 'short', 'status', 'body', 'injection', 'name', 'list', 'length', 'chunked', 'type',
    'date', 'keep-alive', 'trailer', 'no name', 'colon', 'nul', 'value nul', 'list of values', 'negative', 'status wraps', 'status below',
    'continue', 'long name', 'tab'] as $do) {
    show("$do: " . brief(http('GET', '/?do=' . rawurlencode($do))));
}
show(strtok(http('GET', '/none'), "\r"));
PHP);
$chat->run();
?>
--EXPECTF--
LogicException: oops
TypeError: Chatroom::onRequest(): the answer must be of type null, string or array, int given
TypeError: Chatroom::onRequest(): the array answered must be [int $status, array $headers, string $body]
ValueError: Chatroom::onRequest(): the status answered must be between 200 and 599
TypeError: Chatroom::onRequest(): the array answered must be [int $status, array $headers, string $body]
ValueError: Chatroom::onRequest(): the header "X-A" must not contain control characters
ValueError: Chatroom::onRequest(): "X-A\r\nX-B" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): "0" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): "content-LENGTH" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): "Transfer-Encoding" is not a header name that an answer may have
TypeError: Chatroom::onRequest(): the header "X-A" must be of type string, int or a list of strings, float given
ValueError: Chatroom::onRequest(): "Date" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): "keep-alive" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): "Trailer" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): "" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): "X-A:" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): "X-A" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): the header "X-A" must not contain control characters
ValueError: Chatroom::onRequest(): the header "X-A" must not contain control characters
ValueError: Chatroom::onRequest(): "-1" is not a header name that an answer may have
ValueError: Chatroom::onRequest(): the status answered must be between 200 and 599
ValueError: Chatroom::onRequest(): the status answered must be between 200 and 599
ValueError: Chatroom::onRequest(): the status answered must be between 200 and 599
ValueError: Chatroom::onRequest(): "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" is not a header name that an answer may have
-- clients --
HTTP/1.1 200 OK%A
Content-Type: text/html; charset=utf-8%A

<p>你好</p>
HTTP/1.1 201 Created%A
X-One: 1
Set-Cookie: a=1
Set-Cookie: b=2
Content-Type: text/plain%A

made
HTTP/1.1 204 No Content
3145728
reject: HTTP/1.1 403 Forbidden | go away
throw: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
int: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
short: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
status: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
body: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
injection: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
name: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
list: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
length: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
chunked: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
type: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
date: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
keep-alive: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
trailer: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
no name: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
colon: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
nul: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
value nul: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
list of values: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
negative: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
status wraps: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
status below: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
continue: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
long name: HTTP/1.1 500 Internal Server Error | 500 Internal Server Error
tab: HTTP/1.1 200 OK | tab
HTTP/1.1 404 Not Found
