--TEST--
mute(), unmute(), ban(), unban(), setSlowMode() from PHP: what they refuse, what they do
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => null]);
$long = str_repeat('x', 256);
foreach ([fn () => $chat->mute('', 1), fn () => $chat->mute($long, 1), fn () => $chat->mute('u', -1), fn () => $chat->mute('u', 31536001), fn () => $chat->mute('u', NAN),
    fn () => $chat->mute('u', 1, ''), fn () => $chat->mute('u', 1, null, $long), fn () => $chat->mute('u', 1, null, "\xff"), fn () => $chat->ban(''), fn () => $chat->ban($long),
    fn () => $chat->ban('u', INF), fn () => $chat->ban('u', 1, $long)] as $wrong) {
    try {
        $wrong();
        echo "accepted\n";
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
}
var_dump($chat->unmute('u'), $chat->unmute(''), $chat->unmute($long), $chat->unban('u'), $chat->unban(''), $chat->unban($long));
$chat->mute('u', 0);
$chat->mute('u', 5, 'room');
var_dump($chat->unmute('u', 'room'), $chat->unmute('u', 'room'), $chat->unmute('u'), $chat->ban('::FFFF:10.0.0.1'), $chat->unban('::ffff:a00:1'), $chat->ban('2001:DB8::1'), $chat->unban('2001:db8:0:0::1'));
$chat->onHandshake(fn ($request) => $request->header('X-User'));
$chat->onClose(fn ($client, int $code, string $reason) => print("close $code $reason\n"));
$chat->onRequest(function (Chatroom\Request $request) use ($chat) {
    switch ($request->path) {
        case '/mute':
            return var_export($chat->mute('ann', 60, 'lobby', 'hush'), true);
        case '/ban':
            return var_export($chat->ban('ann', 60, 'enough'), true);
        case '/slow':
            return var_export($chat->setSlowMode('lobby', 60), true);
    }
    return json_encode(array_intersect_key($chat->stats(), array_flip(['muted', 'slowed', 'refused_banned'])));
});
clients($chat, <<<'PHP'
$a = v1('{"type":"hello"}', headers: ['X-User' => 'ann']);
$b = v1('{"type":"hello"}');
$a->read();
$b->read();
http('GET', '/mute');
$a->text('{"message":"x","id":1}');
show(...$a->rest_of_it());
http('GET', '/slow');
$b->text('{"message":"x","id":1}')->text('{"message":"y","id":2}');
show(...$b->rest_of_it());
show(brief(http('GET', '/ban')), $a->read(), $a->read(), $a->read());
show((new Ws('/ws', ['X-User' => 'ann']))->status(), brief(http('GET', '/stats')));
PHP);
$chat->run();
?>
--EXPECT--
Chatroom::mute(): Argument #1 ($userOrUid) must be 1 to 255 bytes long
Chatroom::mute(): Argument #1 ($userOrUid) must be 1 to 255 bytes long
Chatroom::mute(): Argument #2 ($seconds) must be 0, or between 0.001 and 31536000
Chatroom::mute(): Argument #2 ($seconds) must be 0, or between 0.001 and 31536000
Chatroom::mute(): Argument #2 ($seconds) must be 0, or between 0.001 and 31536000
Chatroom::mute(): Argument #3 ($room) must be 1 to 255 bytes of UTF-8 without control characters
Chatroom::mute(): Argument #4 ($reason) must be at most 123 bytes long
Chatroom::mute(): Argument #4 ($reason) must be valid UTF-8
Chatroom::ban(): Argument #1 ($userOrIp) must be 1 to 255 bytes long
Chatroom::ban(): Argument #1 ($userOrIp) must be 1 to 255 bytes long
Chatroom::ban(): Argument #2 ($seconds) must be 0, or between 0.001 and 31536000
Chatroom::ban(): Argument #3 ($reason) must be at most 123 bytes long
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
bool(true)
bool(false)
bool(true)
int(0)
bool(true)
int(0)
bool(true)
close 4002 enough
close 1006 
-- clients --
{"type":"error","id":1,"code":"muted","reason":"hush","retry":60}
{"type":"ack","id":1,"room":"lobby","seq":1,"time":NOW}
{"type":"error","id":2,"code":"slow_mode","reason":"this room takes one message at a time, slowly","retry":60}
HTTP/1.1 200 OK | 1
{"message":"x","uid":"UUID","room":"lobby","seq":1,"time":NOW}
{"type":"kick","code":4002,"reason":"enough","retry":false}
close 4002 enough
403
HTTP/1.1 200 OK | {"refused_banned":1,"muted":1,"slowed":1}
