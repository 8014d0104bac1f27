--TEST--
D90: what a callback throws goes to onError() with its client, and the server goes on
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$throw = fn (string $where) => fn () => throw new RuntimeException("in $where");
$chat->addFilter(fn ($text) => $text === 'filter' ? throw new RuntimeException('in addFilter') : null);
$chat->onMessage(fn ($client, $message) => $message->text === 'message' ? throw new RuntimeException('in onMessage') : null);
$chat->onStart($throw('onStart'))->onClose($throw('onClose'))->onBinary($throw('onBinary'))->onStop($throw('onStop'));
$chat->after(0.001, $throw('after'));
$chat->onError(function (Throwable $e, ?Chatroom\Client $client) { echo $e->getMessage(), $client ? ' of a client' : '', "\n"; });
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
$a->say('filter')->say('message')->binary('x')->say('passed');
show($b->hear(), $a->close(), $b->close());
PHP);
$chat->run();
echo "run() returned\n";
?>
--EXPECT--
in onStart
in after
in addFilter of a client
in onMessage of a client
in onBinary of a client
in onClose of a client
in onClose of a client
in onStop
run() returned
-- clients --
passed
close 1000
close 1000
