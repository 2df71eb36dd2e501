import { LUA_AMOUNT, LUA_FENCED } from './lua-amount.ts';
import { LUA_STATE } from './lua-count.ts';

/**
 * Begins a look at the record. `KEYS`: the fence, then accounts. `ARGV`: the incarnation, this look's name, how long others leave it alone, ms. An account
 * of another incarnation begins anew. Answers per account: `0` where another process began one just now,
 * else `{state, now, marks, id, take, id, take, …}`: each take of which nobody knows yet whether the record holds it.
 */
export const LUA_BEGIN_LOOK = `${LUA_FENCED}
local answers = {}
for index = 2, #KEYS do
  local key = KEYS[index]
  local i, y, s, m = unpack(redis.call('HMGET', key, 'i', 'y', 's', 'm'))
  if i ~= ARGV[1] then
    redis.call('DEL', key)
    redis.call('HSET', key, 'i', ARGV[1], 's', '- 0 0 ', 'm', '0')
    y, s, m = false, '- 0 0 ', '0'
  end
  local since = y and tonumber(string.match(y, '%d+$'))
  if since and now - since < tonumber(ARGV[3]) then
    answers[#answers + 1] = 0
  else
    redis.call('HSET', key, 'y', ARGV[2] .. ' ' .. string.format('%.0f', now))
    local answer = { s, string.format('%.0f', now), m }
    local fields = redis.call('HGETALL', key)
    for at = 1, #fields, 2 do
      if string.sub(fields[at], 1, 2) == 'T:' then
        answer[#answer + 1], answer[#answer + 2] = string.sub(fields[at], 3), fields[at + 1]
      end
    end
    answers[#answers + 1] = answer
  end
end
return answers
`;

/**
 * Ends a look. `KEYS`: the fence, then accounts. `ARGV`: the incarnation, the look's name, the life of an idle account, ms; then per account
 * `<state> <rows> <settled> <began> <marks> <n> (<id> <amount> <verdict>)…`: the state that it began with, what was read, the sum of takes that were confirmed
 * then, and for each take that was in doubt then: `1` the record holds it, `2` it never will, `0` nobody knows yet, `3` not asked. Answers
 * per account its state, or 0 where another look ended since this one began: of several at once the first one counts.
 */
export const LUA_END_LOOK = `${LUA_AMOUNT}${LUA_STATE}${LUA_FENCED}
local answers, at = {}, 4
for index = 2, #KEYS do
  local key = KEYS[index]
  local base, rows, settled, began, marks, count = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], tonumber(ARGV[at + 5])
  local first = at + 6
  at = first + count * 3
  local s, m = unpack(redis.call('HMGET', key, 's', 'm'))
  local v, x, u, g = unpacked(s)
  if not s or v ~= string.match(base, '^%S+') then
    answers[#answers + 1] = 0
  else
    local taken, kept = subtract(x, parse(settled)), { 0 }
    for n = 0, count - 1 do
      local id, amount, verdict = 'T:' .. ARGV[first + n * 3], parse(ARGV[first + n * 3 + 1]), ARGV[first + n * 3 + 2]
      if verdict == '1' then
        redis.call('HDEL', key, id)
        taken = subtract(taken, amount)
      elseif verdict == '2' then
        if redis.call('HDEL', key, id) == 1 then taken = subtract(taken, amount) end
      elseif verdict == '0' and redis.call('HEXISTS', key, id) == 1 then
        kept = add(kept, amount)
      end
    end
    local state = packed(ARGV[2], taken, u, g)
    redis.call('HSET', key, 's', state, 'r', rows, 'd', text(subtract(taken, kept)), 't', m == marks and began or '0')
    redis.call('HDEL', key, 'y')
    redis.call('PEXPIRE', key, ARGV[3])
    answers[#answers + 1] = state
  end
end
return answers
`;

/** Gives a look up: `KEYS` the fence and accounts, `ARGV` the incarnation and the look's name. */
export const LUA_LEAVE_LOOK = `${LUA_FENCED}
for index = 2, #KEYS do
  local y = redis.call('HGET', KEYS[index], 'y')
  if y and string.match(y, '^%S+') == ARGV[2] then redis.call('HDEL', KEYS[index], 'y') end
end
return 1
`;

/** Puts up a fence (`KEYS[1]`) of a greater epoch than the one that stands. `ARGV`: epoch, incarnation, the server's run id. */
export const LUA_FENCE = `
local epoch = redis.call('HGET', KEYS[1], 'e')
if epoch and tonumber(epoch) >= tonumber(ARGV[1]) then return tonumber(epoch) end
redis.call('HSET', KEYS[1], 'e', ARGV[1], 'i', ARGV[2], 'r', ARGV[3])
return 0
`;
