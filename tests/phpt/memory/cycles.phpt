--TEST--
D106: callbacks, timers, filters, the log and clients' data that hold their server are collected
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
final class Holder
{
    public static int $freed = 0;
    public Chatroom $chat;
    public function __construct(bool $run)
    {
        $this->chat = new Chatroom(ANY_PORT, ['log' => fn () => $this]);
        $this->chat->addFilter(fn () => $this)->onOpen(fn ($client) => $client->data = $this)->onText(fn () => $this);
        $this->chat->every(1000, fn () => $this);
        if ($run) {
            $this->chat->onStop(fn () => $this->it = $this->chat->clients());
            clients($this->chat, 'connect()->text("x")->close();');
            $this->chat->run();
        }
    }
    public ?Iterator $it = null;
    public function __destruct()
    {
        self::$freed++;
    }
}
for ($i = 0; $i < 3; $i++) {
    new Holder(false);
}
new Holder(true);
gc_collect_cycles();
echo Holder::$freed, " freed\n";
?>
--EXPECT--
4 freed
-- clients --
