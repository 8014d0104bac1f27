--TEST--
The log: a callable gets level and line; what it throws is a warning, what it sends does no harm
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
final class Log
{
    public function __call(string $name, array $arguments): void
    {
        global $chat;
        [$level, $line] = $arguments;
        echo "$name [$level] ", preg_replace('/\d+/', 'N', $line), "\n";
        $chat->broadcast('logged');
        throw new LogicException('from the log');
    }
}
$chat = new Chatroom(ANY_PORT, ['log' => [new Log, 'write']]);
$chat->after(0.001, fn () => $chat->stop());
$chat->run();
echo "done\n";
?>
--EXPECTF--
write [info] chatroom N.N.N listens on ws://N.N.N.N:N/ws; page http://N.N.N.N:N/; holds N clients

Warning: Chatroom: the log callable: Uncaught LogicException: from the log in %s:%d
Stack trace:
#0 [internal function]: Log->__call('write', Array)
#1 %s(%d): Chatroom->run()
#2 {main}
  thrown in %s on line %d
done
