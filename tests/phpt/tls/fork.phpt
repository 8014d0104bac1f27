--TEST--
wss://: a child forked by a callback that goes back into the loop says nothing to its parent's peers
--EXTENSIONS--
chatroom
pcntl
--SKIPIF--
<?php require __DIR__ . "/skip.inc"; ?>
--FILE--
<?php
require __DIR__ . "/../inc/server.inc";
require __DIR__ . "/certs.inc";
make_cert('one');
$chat = new Chatroom('wss://127.0.0.1:0/ws', ['log' => null, 'tls' => pair('one')]);
$chat->onText(function ($client, $text) {
    if ($text === 'sleep') {
        usleep(300000); // what comes meanwhile is one turn's
        return;
    }
    $client->sendRaw('before');
    if (pcntl_fork() === 0) {
        return;
    }
    pcntl_wait($status);
    $client->sendRaw('after');
});
clients($chat, <<<'PHP'
$tls = [];
$other = connect();
$ws = connect();
$third = stream_socket_client("tcp://127.0.0.1:$port", $code, $error, PATIENCE, STREAM_CLIENT_CONNECT,
    stream_context_create(['ssl' => ['verify_peer' => false, 'verify_peer_name' => false]]));
usleep(100000);
$other->text('sleep');
usleep(50000);
$ws->text('fork');
usleep(50000);
stream_set_blocking($third, false);
// its first bytes come in the turn that forks: the child must not take them
for ($tries = 0; $tries < 5000; $tries++) {
    $done = stream_socket_enable_crypto($third, true, STREAM_CRYPTO_METHOD_TLS_CLIENT);
    if ($done !== 0) {
        break;
    }
    usleep(1000);
}
show($done);
show($ws->read(), $ws->read(), rtrim($ws->close()));
show(rtrim($other->close()));
PHP);
$main = getmypid();
try {
    $chat->run();
} catch (Chatroom\Exception) {
    exec('kill -KILL ' . getmypid()); // no shutdown function of the parent's
}
?>
--EXPECT--
-- clients --
true
before
after
close 1000
close 1000
