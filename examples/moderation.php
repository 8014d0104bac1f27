<?php
/* A chat with rules: php -d extension=chatroom examples/moderation.php [ws://HOST:PORT/PATH]
 *
 * Moderators are those whose name begins with "mod"; a real application asks its database. Their commands are messages
 * that begin with a slash; they are nobody else's to see. The HTTP API (docs/http-api.md) does the same from outside. */

$chat = new Chatroom($argv[1] ?? 'ws://127.0.0.1:8080/ws', ['presence' => true, 'demo' => true]);
$chat->setRoomOptions('news', ['post' => 'server']);            // announcements
$chat->setRoomOptions('slow:*', ['slow_mode' => 10]);           // one message per ten seconds from each

// ?name=anna on the address says who one is: enough for an example
$chat->onHandshake(function (Chatroom\Request $request): ?array {
    $name = trim($request->query('name') ?? '');
    return preg_match('/^\w{1,20}$/u', $name) ? ['user_id' => strtolower($name), 'name' => $name] : null;
});

$chat->onJoin(function (Chatroom\Client $client, string $room): void {
    if (str_starts_with($room, 'staff') && !is_moderator($client)) {
        throw new Chatroom\Reject('members_only', 'This room is for moderators.');
    }
});

function is_moderator(Chatroom\Client $client): bool
{
    return str_starts_with($client->userId ?? '', 'mod');
}

// words that are not for this room, and shouting
$chat->addFilter(fn (string $text) => preg_replace('/\b(damn|darn)\b/i', '****', $text));
$chat->addFilter(fn (string $text) => preg_match('/^[A-Z !.?]{8,}$/', $text) ? strtolower($text) : null);
$chat->addFilter(function (string $text): void {
    if (preg_match('~https?://~i', $text)) {
        throw new Chatroom\Reject('no_links', 'Links are not allowed here.');
    }
});

// /mute anna 60, /unmute anna, /kick anna, /ban anna 3600, /unban anna, /slow 5, /delete 17
$chat->onMessage(function (Chatroom\Client $client, Chatroom\Message $message) use ($chat): ?bool {
    if (!preg_match('~^/(\w+)(?:\s+(\S+))?(?:\s+(\d+))?$~', $message->text, $m) || !is_moderator($client)) {
        return null;
    }
    [$who, $number] = [$m[2] ?? '', (int) ($m[3] ?? 0)];
    try {
        $done = obey($chat, $message, $m[1], $who, $number) ? 'Done' : 'Not done';
    } catch (ValueError $e) {
        $done = 'Not done, ' . $e->getMessage(); // nobody named, or for too long
    }
    $message->reply("$done: $message->text");
    return false; // the command itself is nobody else's business
});

function obey(Chatroom $chat, Chatroom\Message $message, string $command, string $who, int $number): bool
{
    return match ($command) {
        'mute' => $chat->mute($who, $number ?: 60, null, 'Muted by a moderator.') ?? true,
        'unmute' => $chat->unmute($who),
        'kick' => $chat->kickUser($who, 'Kicked by a moderator.') > 0,
        'ban' => $chat->ban($who, $number, 'Banned by a moderator.') >= 0,
        'unban' => $chat->unban($who),
        'slow' => $chat->setSlowMode((string) $message->room, (float) $who) ?? true,
        'delete' => $message->room !== null && $chat->deleteMessage($message->room, (int) $who),
        default => false,
    };
}

$chat->every(60, fn () => $chat->sendToRoom('news', 'Be kind to each other. It is ' . date('H:i') . '.'));
$chat->onStart(function (Chatroom $chat): void {
    $address = $chat->stats()['listen'][0];
    $page = preg_replace('~^ws://([^/]+).*~', 'http://$1/', $address);
    echo "Open $page for a guest. A moderator connects to $address?name=moderator, a user to $address?name=anna.\n";
});
$chat->run();
