import { LUA_AMOUNT, LUA_FENCED } from './lua-amount.ts';

/** Reads and writes what an account counts: `<version of the look> <taken since> <until at most> <greatest entry that took>`. */
export const LUA_STATE = `
local function unpacked(state)
  local v, x, u, g = string.match(state or '- 0 0 ', '^(%S+) (%d+) (%d+) (.*)$')
  return v, parse(x), tonumber(u), g
end
local function packed(v, x, u, g)
  return v .. ' ' .. text(x) .. ' ' .. string.format('%.0f', u) .. ' ' .. g
end
`;

/**
 * One round trip of the counter: takes, and what became of earlier ones, in order.
 *
 * `KEYS`: the fence, then accounts. `ARGV`: the incarnation, then operations:
 * ```
 * t <id> <entry> <lines> (<key> <expected> <next> <room> <take>)…   take on every line or on none; a take begins with its amount
 * c <key> <n> <id>…      confirmed: the record holds it, the next look finds it there
 * b <key> <id>           given back: the record does not hold it
 * m <key>                room was freed in the record: what was read before counts as old
 * ```
 * An account is a hash: `s` its state, `T:<id>` each take of which nobody knows yet whether the record holds it. Where the state is the one that
 * the caller expected he has added and compared himself, exactly, and it becomes the next. Else it is done here: expected then says which look the
 * room is of, or `!` to take whatever the room is. Answers per take: `1` as expected, `{'t', state, …}` taken, `v` another look than
 * the caller's, `{'n', known, now, state, in doubt, time of the look, …}` does not fit.
 */
export const LUA_COUNT = `${LUA_AMOUNT}${LUA_STATE}${LUA_FENCED}
local accounts, answers, at = {}, {}, 2
local function account(index)
  local found = accounts[index]
  if found then return found end
  found = { s = redis.call('HGET', KEYS[index], 's') }
  accounts[index] = found
  return found
end
local function save(index, found)
  local fields = found.writes
  if not fields then return end
  fields[#fields + 1] = 's'
  fields[#fields + 1] = found.s
  redis.call('HSET', KEYS[index], unpack(fields))
  found.writes = nil
end
local function saveAll()
  for index, found in pairs(accounts) do save(index, found) end
end
local function put(found, id, take, state)
  local writes = found.writes
  found.s = state
  if writes then
    writes[#writes + 1] = id
    writes[#writes + 1] = take
  else
    found.writes = { id, take }
  end
end
local function refused(id, first, lines)
  saveAll()
  local answer = { 'n', 0, string.format('%.0f', now) }
  for line = 0, lines - 1 do
    local index = tonumber(ARGV[first + line * 5])
    if redis.call('HEXISTS', KEYS[index], id) == 1 then answer[2] = 1 end
    local s, d, t = unpack(redis.call('HMGET', KEYS[index], 's', 'd', 't'))
    answer[#answer + 1] = s or '- 0 0 '
    answer[#answer + 1] = d or '0'
    answer[#answer + 1] = t or '0'
  end
  return answer
end
local function after(a, b)
  local ends = math.min(#a, #b)
  for place = 1, ends do
    local left, right = string.byte(a, place), string.byte(b, place)
    if left ~= right then return left > right end
  end
  return #a > #b
end
local function counted(id, entry, first, lines)
  local states, fit = {}, true
  for line = 0, lines - 1 do
    local from = first + line * 5
    local found, expected = account(tonumber(ARGV[from])), ARGV[from + 1]
    local v, x, u, g = unpacked(found.s)
    local amount, till = string.match(ARGV[from + 4], '^(%d+) %d+ (%d+)')
    x = add(x, parse(amount))
    if expected ~= '!' then
      if v ~= string.match(expected, '^%S+') then return 'v' end
      local room = ARGV[from + 3]
      if room == '' or not fits(x, parse(room)) then fit = false end
    end
    states[line] = packed(v, x, math.max(u, tonumber(till)), after(entry, g) and entry or g)
  end
  if not fit then return refused(id, first, lines) end
  local answer = { 't' }
  for line = 0, lines - 1 do
    local from = first + line * 5
    local found = account(tonumber(ARGV[from]))
    if found.s then put(found, id, ARGV[from + 4], states[line]) end
    answer[#answer + 1] = states[line]
  end
  return answer
end
while at <= #ARGV do
  local op = ARGV[at]
  if op == 't' then
    local id, lines = 'T:' .. ARGV[at + 1], tonumber(ARGV[at + 3])
    local first, answer = at + 4, 1
    at = first + lines * 5
    for from = first, at - 5, 5 do
      if account(tonumber(ARGV[from])).s ~= ARGV[from + 1] then answer = 0 break end
    end
    if answer == 1 then
      for from = first, at - 5, 5 do put(accounts[tonumber(ARGV[from])], id, ARGV[from + 4], ARGV[from + 2]) end
    else
      answer = counted(id, ARGV[first - 2], first, lines)
    end
    answers[#answers + 1] = answer
  else
    local index = tonumber(ARGV[at + 1])
    if op == 'c' then
      local count = tonumber(ARGV[at + 2])
      if accounts[index] then save(index, accounts[index]) end
      for place = at + 3, at + 2 + count do redis.call('HDEL', KEYS[index], 'T:' .. ARGV[place]) end
      at = at + 3 + count
    elseif op == 'b' then
      local id, found = 'T:' .. ARGV[at + 2], account(index)
      save(index, found)
      local taken = redis.call('HGET', KEYS[index], id)
      if taken then
        redis.call('HDEL', KEYS[index], id)
        local v, x, u, g = unpacked(found.s)
        found.s, found.writes = packed(v, subtract(x, parse(string.match(taken, '^%d+'))), u, g), {}
      end
      at = at + 3
    else
      if redis.call('EXISTS', KEYS[index]) == 1 then
        redis.call('HSET', KEYS[index], 't', '0')
        redis.call('HINCRBY', KEYS[index], 'm', 1)
      end
      at = at + 2
    end
  end
end
saveAll()
return answers
`;
