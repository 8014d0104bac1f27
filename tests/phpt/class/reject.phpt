--TEST--
Reject: code and reason, their limits, and subclasses
--EXTENSIONS--
chatroom
--FILE--
<?php
use Chatroom\Reject;

$e = new Reject;
var_dump($e->errorCode, $e->reason, $e->getErrorCode(), $e->getReason(), $e->getMessage(), $e->getCode());
$e = new Reject('muted', 'Später, 等一下');
var_dump($e->getErrorCode(), $e->getReason(), $e->getMessage());
foreach ([['', ''], ['Big', ''], [str_repeat('a', 65), ''], ["a\0", ''], ['a', "\xff"]] as $arguments) {
    try {
        new Reject(...$arguments);
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
}
final class Mine extends Reject
{
    private string $own = 'mine';
    public function __construct()
    {
    }
}
$e = new Mine;
var_dump($e->getErrorCode(), $e->getReason());
$e = new Reject('a');
try {
    $e->__construct('b');
} catch (Error $error) {
    echo $error->getMessage(), "\n";
}
try {
    $e->errorCode = 'b';
} catch (Error $error) {
    echo $error->getMessage(), "\n";
}
echo get_parent_class($e), ' ', get_parent_class(new Chatroom\Exception), "\n";
?>
--EXPECT--
string(8) "filtered"
string(0) ""
string(8) "filtered"
string(0) ""
string(8) "filtered"
int(0)
string(5) "muted"
string(18) "Später, 等一下"
string(18) "Später, 等一下"
Chatroom\Reject::__construct(): Argument #1 ($code) must be 1 to 64 characters of a-z, 0-9 and _
Chatroom\Reject::__construct(): Argument #1 ($code) must be 1 to 64 characters of a-z, 0-9 and _
Chatroom\Reject::__construct(): Argument #1 ($code) must be 1 to 64 characters of a-z, 0-9 and _
Chatroom\Reject::__construct(): Argument #1 ($code) must be 1 to 64 characters of a-z, 0-9 and _
Chatroom\Reject::__construct(): Argument #2 ($reason) must be valid UTF-8
string(0) ""
string(0) ""
Chatroom\Reject::__construct() cannot be called twice
Cannot modify readonly property Chatroom\Reject::$errorCode
Exception Exception
