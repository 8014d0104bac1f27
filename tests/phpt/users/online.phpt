--TEST--
onOnline(), onOffline(), isUserOnline(), sendToUser(), kickUser()
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'presence_grace' => 0.05]);
var_dump($chat->isUserOnline('ann'), $chat->isUserOnline(''), $chat->sendToUser('ann', 'x'), $chat->sendToUser(['ann', 5, null], 'x'), $chat->kickUser('ann'));
try {
    $chat->kickUser('ann', str_repeat('x', 124));
} catch (ValueError $e) {
    echo $e->getMessage(), "\n";
}
$chat->onHandshake(fn ($request) => ['user_id' => $request->header('X-User'), 'name' => 'Ann']);
$chat->onOpen(fn ($client) => print("open: $client->userId ($client->name)\n"));
$chat->onClose(fn ($client) => print("close: $client->userId\n"));
$chat->onOnline(fn (string $user) => print("online: $user " . var_export($chat->isUserOnline($user), true) . "\n"));
$chat->onOffline(fn (string $user) => print("offline: $user " . var_export($chat->isUserOnline($user), true) . "\n"));
$chat->onRequest(function (Chatroom\Request $request) use ($chat) {
    $uids = array_keys($chat->members('lobby'));
    return json_encode(match ($request->path) {
        '/send' => [$chat->sendToUser('ann', ['message' => 'hello', 'data' => 1]), $chat->sendToUser(['ann', 'bob'], 'both'), $chat->stats()['users']],
        '/kick' => [$chat->kickUser('ann', 'out', $uids[0]), $chat->kickUser('ann', 'out', 'nobody'), $chat->kickUser('ann')],
        '/users' => $chat->stats()['users'],
    });
});
clients($chat, <<<'PHP'
$a = connect('/ws', ['X-User' => 'ann']);
$b = v1('{"type":"hello"}', headers: ['X-User' => 'ann']);
$b->read();
show(brief(http('GET', '/send')));
show($a->hear(), $a->hear(), $b->read(), $b->read());
show(brief(http('GET', '/kick')));
show($a->read(), $b->read(), $b->read());
while (!str_ends_with(brief(http('GET', '/users')), '0')) {
    usleep(10000);
}
PHP);
$chat->run();
?>
--EXPECT--
bool(false)
bool(false)
int(0)
int(0)
int(0)
Chatroom::kickUser(): Argument #2 ($reason) must be at most 123 bytes long
open: ann (Ann)
online: ann true
open: ann (Ann)
close: ann
close: ann
offline: ann false
-- clients --
HTTP/1.1 200 OK | [2,2,1]
hello
both
{"message":"hello","uid":"00000000-0000-0000-0000-000000000000","private":true,"time":NOW,"data":1}
{"message":"both","uid":"00000000-0000-0000-0000-000000000000","private":true,"time":NOW}
HTTP/1.1 200 OK | [1,1,0]
close 4000 out
{"type":"kick","code":4000,"reason":"out","retry":false}
close 4000 out
