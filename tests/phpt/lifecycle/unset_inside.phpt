--TEST--
D97: dropping all references to the server inside a callback
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
final class Witness
{
    public function __destruct()
    {
        echo "freed\n";
    }
}
function serve(): void
{
    $chat = new Chatroom(ANY_PORT, ['log' => null]);
    $witness = new Witness;
    $chat->onStart(function (Chatroom $given) use (&$chat, $witness) {
        $weak = WeakReference::create($given);
        $given->after(0.001, function () use ($weak) {
            gc_collect_cycles();
            echo "still there\n";
            $weak->get()->stop();
        });
        $chat = null;
        gc_collect_cycles();
    });
    $chat->run();
    echo "run() returned\n";
}
serve();
gc_collect_cycles();
echo "end\n";
?>
--EXPECT--
still there
run() returned
freed
end
