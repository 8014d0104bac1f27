--TEST--
D94: closing the client whose message is being handled: one onClose(), and nothing more of it
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onText(function (Chatroom\Client $client, string $text) {
    echo "text $text\n";
    var_dump($client->close(4001, 'enough'), $client->close(), $client->send('late'), $client->isOpen());
});
$chat->onClose(function (Chatroom\Client $client, int $code, string $reason) {
    echo "close $code $reason\n";
    var_dump($client->send('later'), $client->isOpen());
});
clients($chat, <<<'PHP'
$a = connect();
$a->together(fn ($a) => $a->text('one')->text('two')->text('three'));
show($a->read(), $a->read());
PHP);
$chat->run();
?>
--EXPECT--
text one
bool(true)
bool(false)
bool(false)
bool(false)
close 4001 enough
bool(false)
bool(false)
-- clients --
close 4001 enough
eof
