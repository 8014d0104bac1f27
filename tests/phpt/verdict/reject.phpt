--TEST--
Verdicts: a Reject drops the message, is no error, and the client stays
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
final class Rude extends Chatroom\Reject
{
    public function __construct()
    {
        // the parent's is not called
    }
}
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->addFilter(fn ($text) => $text === 'one' ? throw new Chatroom\Reject : null);
$chat->addFilter(fn ($text) => $text === 'two' ? throw new Chatroom\Reject('muted', 'wait') : null);
$chat->onMessage(fn ($client, $message) => $message->text === 'three' ? throw new Rude : null);
$chat->onError(function (Throwable $e) { echo 'not expected: ', get_class($e), "\n"; });
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
$a->say('one')->say('two')->say('three')->say('four');
show($b->hear());
PHP);
$chat->run();
echo $chat->stats()['messages_dropped'], " dropped\n";
?>
--EXPECT--
3 dropped
-- clients --
four
