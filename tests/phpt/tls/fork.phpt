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
$ws->text('fork');
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
before
after
close 1000
close 1000
