--TEST--
Rooms and users: stop() and the last reference, inside each hook
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$hooks = ['onOpen', 'onJoin', 'onMessage', 'onLeave', 'onClose', 'onOnline', 'onOffline'];
$script = <<<'PHP'
set_error_handler(fn () => true); // the server may be gone
for ($i = 0; $i < 2; $i++) {
    try {
        $one = v1('{"type":"hello","join":["a","b","c"]}', headers: ['X-User' => 'u'], session: $session);
        $one->text('{"message":"one","id":1}')->text('{"type":"leave","room":"a"}');
        $one->rest_of_it();
        $one->drop();
        $one = v1('{"type":"hello","join":["d"],"resume":{"session":"' . $session . '","seq":{"b":0}}}', headers: ['X-User' => 'u']);
        $one->rest_of_it();
        $one->close();
    } catch (RuntimeException) {
    }
    usleep(30000);
}
PHP;
foreach ($hooks as $hook) {
    $chat = new Chatroom(ANY_PORT, ['log' => null, 'presence' => true, 'presence_grace' => 0.01, 'drain_timeout' => 1]);
    [$open, $close, $did] = [0, 0, false];
    $chat->onHandshake(fn ($request) => $request->header('X-User'));
    foreach ($hooks as $any) {
        $chat->$any(function ($client) use ($any, $hook, &$chat, &$open, &$close, &$did): void {
            $open += $any === 'onOpen';
            $close += $any === 'onClose';
            if ($any === $hook && !$did) {
                $did = true;
                $chat->stop();
                $chat = null;
            }
        });
    }
    $clients = new Clients($script);
    $chat->after(0.001, fn () => $clients->start((int) parse_url($chat->stats()['listen'][0], PHP_URL_PORT)));
    $chat->run();
    echo "$hook: ", $did && $open === $close ? 'ok' : "did $did, open $open, close $close", "\n";
    $clients->print();
}
?>
--EXPECT--
onOpen: ok
-- clients --
onJoin: ok
-- clients --
onMessage: ok
-- clients --
onLeave: ok
-- clients --
onClose: ok
-- clients --
onOnline: ok
-- clients --
onOffline: ok
-- clients --
