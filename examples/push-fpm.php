<?php
/* Says something in a room from an ordinary web page: no WebSocket, no library. Needs a running server with the
 * option api_token, and in the environment of PHP-FPM
 *     CHATROOM_API=http://127.0.0.1:8080/api/   CHATROOM_TOKEN=...
 * What the calls are: docs/http-api.md */

/* One call; with $body a POST. Returns the answer. */
function chatroom(string $call, ?array $body = null): array
{
    $context = stream_context_create(['http' => [
        'method' => $body === null ? 'GET' : 'POST',
        'header' => ['Authorization: Bearer ' . getenv('CHATROOM_TOKEN'), 'Content-Type: application/json'],
        'content' => $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR | JSON_FORCE_OBJECT * ($body === [])),
        'timeout' => 5,
        'ignore_errors' => true, // a refusal has a body that says why
    ]]);
    $text = @file_get_contents((getenv('CHATROOM_API') ?: 'http://127.0.0.1:8080/api/') . $call, false, $context);
    if ($text === false) {
        throw new RuntimeException('the chat server does not answer');
    }
    $answer = json_decode($text, true);
    if (!is_array($answer) || isset($answer['error'])) {
        throw new RuntimeException($answer['error']['message'] ?? 'the chat server gave no JSON');
    }
    return $answer;
}

$said = '';
if (($_POST['message'] ?? '') !== '') {
    try {
        // the form's own key: pressing the button twice says it once
        $answer = chatroom('publish', ['room' => 'lobby', 'message' => (string) $_POST['message'],
            'idempotency_key' => substr((string) ($_POST['key'] ?? ''), 0, 64) ?: bin2hex(random_bytes(16))]);
        $said = 'Heard by ' . $answer['results'][0]['delivered'] . '.';
    } catch (Exception $e) {
        error_log('chatroom: ' . $e->getMessage());
        $said = 'That did not work.';
    }
}
?>
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Say something</title>
<form method="post">
<p><?= htmlspecialchars($said) ?></p>
<input type="hidden" name="key" value="<?= bin2hex(random_bytes(16)) ?>">
<label>To the lobby: <input name="message" required maxlength="500"></label>
<button>Say</button>
</form>
</html>
